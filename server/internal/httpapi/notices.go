package httpapi

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
)

// noticeLimit is the most that a draft may have: 64 languages of texts.
const noticeLimit = 1 << 20

var (
	errRevision = newProblem(http.StatusPreconditionRequired, "revision-required", "Which revision is not said",
		"Send If-Match with the ETag of the draft that was read, so that nobody's work is overwritten.")
	errStale = newProblem(http.StatusPreconditionFailed, "stale", "Somebody else was faster",
		"The draft or the site was changed since it was read. Read it again and make the change there.")
	errNoAnnouncement = newProblem(http.StatusNotFound, "no-announcement", "Nothing is announced",
		"The site has announced no change of its notice, or it has taken effect already.")
)

// notices writes, publishes and tells what sites publish.
type notices struct {
	publisher site.Publisher
	catalog   *site.Catalog
}

// draft answers what is being written, what it changes and what stands against publishing it.
func (n *notices) draft(c echo.Context) error {
	review, err := n.publisher.Review(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	return answerReview(c, review)
}

// write takes a draft in the place of the revision that If-Match names.
func (n *notices) write(c echo.Context) error {
	revision, err := revisionOf(c)
	if err != nil {
		return err
	}
	body, err := readUpTo(c, noticeLimit)
	if err != nil {
		return err
	}
	notice, err := site.DecodeNotice(body)
	if err != nil {
		return err
	}
	review, err := n.publisher.Write(c.Request().Context(), c.Param("site"), revision, notice, userOf(c).Email)
	if err != nil {
		return stale(err)
	}
	return answerReview(c, review)
}

// discard begins the draft of the revision that If-Match names anew from what is published.
func (n *notices) discard(c echo.Context) error {
	revision, err := revisionOf(c)
	if err != nil {
		return err
	}
	review, err := n.publisher.Discard(c.Request().Context(), c.Param("site"), revision, userOf(c).Email)
	if err != nil {
		return stale(err)
	}
	return answerReview(c, review)
}

// publish publishes the draft of the revision that If-Match names, or an earlier notice again: at once, or on the day that
// the order names, until when it is announced.
func (n *notices) publish(c echo.Context) error {
	ctx, id := c.Request().Context(), c.Param("site")
	var order schemas.PublicationOrder
	if err := readJSON(c, &order); err != nil {
		return err
	}
	plan := site.Plan{At: order.At, Summary: order.Summary}
	var changed schemas.Site
	var err error
	if order.Notice != "" {
		changed, err = n.publisher.PublishAgain(ctx, id, order.Notice, plan, userOf(c).Email)
	} else {
		var revision int
		if revision, err = revisionOf(c); err == nil {
			changed, err = n.publisher.PublishDraft(ctx, id, revision, plan, userOf(c).Email)
		}
	}
	return n.changed(c, http.StatusCreated, changed, err)
}

// withdraw gives up an announced notice.
func (n *notices) withdraw(c echo.Context) error {
	changed, err := n.publisher.WithdrawAnnouncement(c.Request().Context(), c.Param("site"))
	if errors.Is(err, consent.ErrNotFound) {
		return errNoAnnouncement
	}
	return n.changed(c, http.StatusOK, changed, err)
}

// publications lists what a site published, oldest first.
func (n *notices) publications(c echo.Context) error {
	found, err := n.catalog.Site(c.Param("site"))
	if err != nil {
		return err
	}
	list, err := n.publisher.Publications(c.Request().Context(), found)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list)
}

// notice answers a notice as it was published.
func (n *notices) notice(c echo.Context) error {
	notice, err := n.catalog.Notice(c.Request().Context(), c.Param("site"), c.Param("notice"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, notice)
}

func answerReview(c echo.Context, review schemas.Review) error {
	c.Response().Header().Set("ETag", strconv.Quote(strconv.Itoa(review.Draft.Revision)))
	return c.JSON(http.StatusOK, review)
}

// revisionOf reads If-Match.
func revisionOf(c echo.Context) (int, error) {
	revision, err := strconv.Atoi(strings.Trim(c.Request().Header.Get("If-Match"), `"`))
	if err != nil {
		return 0, errRevision
	}
	return revision, nil
}

// stale words the conflict of two people.
func stale(err error) error {
	if errors.Is(err, consent.ErrConflict) {
		return errStale
	}
	return err
}
