package httpapi

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/reviewing"
)

var errReviewClosed = newProblem(http.StatusConflict, "review-closed", "The review is closed",
	"Nothing was changed. Load the reviews again and answer the open one.")

// reviews has the services of a site's notice looked at again.
type reviews struct {
	desk reviewing.Desk
	now  func() time.Time
}

// list answers the reviews of a site, the most urgent first.
func (r *reviews) list(c echo.Context) error {
	ctx, siteID := c.Request().Context(), c.Param("site")
	days, err := r.desk.Period(ctx, siteID)
	if err != nil {
		return err
	}
	all, err := r.desk.List(ctx, siteID)
	if err != nil {
		return err
	}
	answer := schemas.ServiceReviews{Days: days, Reviews: []schemas.ServiceReview{}}
	for _, one := range all {
		written := r.written(one)
		written.Facts = schemas.ServiceFacts{}
		answer.Reviews = append(answer.Reviews, written)
	}
	return c.JSON(http.StatusOK, answer)
}

// one answers a review with what is known of its service.
func (r *reviews) one(c echo.Context) error {
	found, err := r.desk.Get(c.Request().Context(), c.Param("site"), c.Param("review"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, r.written(reviewing.Reviewed{Site: c.Param("site"), ID: c.Param("review"), Value: found}))
}

// answer closes a review with what the user found.
func (r *reviews) answer(c echo.Context) error {
	var answers schemas.ReviewAnswers
	if err := readJSON(c, &answers); err != nil {
		return err
	}
	siteID, id := c.Param("site"), c.Param("review")
	c.Set(concernsKey, id)
	closed, err := r.desk.Close(c.Request().Context(), siteID, id, userOf(c).Email, answers)
	if errors.Is(err, reviewing.ErrClosed) {
		return errReviewClosed
	}
	if err != nil {
		return err
	}
	c.Set(concernsKey, reviewing.About(id, closed))
	return c.JSON(http.StatusOK, r.written(reviewing.Reviewed{Site: siteID, ID: id, Value: closed}))
}

// setPeriod says how often services are reviewed.
func (r *reviews) setPeriod(c echo.Context) error {
	var period schemas.ReviewPeriod
	if err := readJSON(c, &period); err != nil {
		return err
	}
	c.Set(concernsKey, strconv.Itoa(period.Days))
	if err := r.desk.SetPeriod(c.Request().Context(), c.Param("site"), period.Days); err != nil {
		return err
	}
	return r.list(c)
}

func (r *reviews) written(one reviewing.Reviewed) schemas.ServiceReview {
	v, now := one.Value, r.now()
	return schemas.ServiceReview{Reference: one.ID, Site: one.Site, Service: v.Service, Name: v.Name, Since: v.Since, Due: v.Due, State: v.State,
		Overdue: v.IsOverdue(now), Soon: v.IsSoon(now), ClosedAt: v.Closed, By: v.By, Notice: v.Notice, Answers: v.Answers, Facts: v.Facts}
}
