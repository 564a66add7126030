package httpapi

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/admintrail"
	"assent/server/internal/consent"
)

const (
	// viewPause is how long the same view by the same user is told once: the dashboard asks every few seconds.
	viewPause   = 15 * time.Minute
	viewsKnown  = 4096
	concernsKey = "concerns" // Of what an act is about, in Echo's context.
	standsKey   = "stands"   // Of the status that a redirect stands for.
)

// place is how the stores name an act.
var place = regexp.MustCompile(`^[0-9]{1,19}(-[0-9]{1,19})?$`)

// trail writes down what is done in the administration, and shows it.
type trail struct {
	store admintrail.Store
	now   func() time.Time
	log   *slog.Logger

	mu    sync.Mutex
	views map[admintrail.Act]time.Time // By the act without its time.
}

// concerns says whom an act was done to, and which roles it is about.
func concerns(c echo.Context, email string, roles account.Roles) {
	c.Set(concernsKey, email+": "+roles.String())
}

// standFor says how an act came out whose answer is a redirect in any case.
func standFor(c echo.Context, status int) { c.Set(standsKey, status) }

// told appends every act to the trail before its answer leaves. What cannot be told is not answered: the client gets 503
// in place of the answer, and no cookie.
func (t *trail) told(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Before(func() {
			act, worth := t.actOf(c)
			if !worth {
				return
			}
			// Whoever leaves before the answer has done it all the same.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), requestTimeout)
			defer cancel()
			if err := t.store.AppendAct(ctx, act); err != nil {
				t.log.ErrorContext(ctx, "admin trail cannot be written", "route", c.Path(), "error", err)
				withhold(c.Response(), translate(err))
			}
		})
		return next(c)
	}
}

// actOf is what the request did, and whether that is worth telling. A stranger's request is only when it got as far as
// guessing at a password or a link, which the back-off bounds: otherwise anybody could fill the disk.
func (t *trail) actOf(c echo.Context) (admintrail.Act, bool) {
	rule, known := ruleOf(c)
	status := c.Response().Status
	if stands, redirected := c.Get(standsKey).(int); redirected {
		status = stands
	}
	about, _ := c.Get(concernsKey).(string)
	what, done := c.Get(actKey).(string)
	if !done {
		what = rule.act
	}
	act := admintrail.Act{At: t.now().UTC(), Who: userOf(c).Email, What: what, About: about, Site: c.Param("site"),
		Outcome: outcomeOf(status), Network: networkOf(c.RealIP())}
	act = withToken(c, act, status)
	guessed := act.What == useToken || rule.needs == open && (status == http.StatusUnauthorized || status == http.StatusForbidden)
	switch {
	case !known || act.What == "", status == http.StatusTooManyRequests, act.Who == "" && !guessed:
		return act, false
	case strings.HasPrefix(act.What, "view-"):
		return act, t.isNewView(act)
	default:
		return act, true
	}
}

func outcomeOf(status int) string {
	switch {
	case status < http.StatusBadRequest:
		return admintrail.Done
	case status < http.StatusInternalServerError:
		return admintrail.Refused
	default:
		return admintrail.Failed
	}
}

func (t *trail) isNewView(act admintrail.Act) bool {
	now := act.At
	act.At = time.Time{}
	t.mu.Lock()
	defer t.mu.Unlock()
	if told, known := t.views[act]; known && now.Sub(told) < viewPause {
		return false
	}
	if t.views == nil || len(t.views) >= viewsKnown {
		t.views = map[admintrail.Act]time.Time{} // Telling a view twice is harmless.
	}
	t.views[act] = now
	return true
}

// networkOf is the /24 of an IPv4 address or the /48 of an IPv6 one.
func networkOf(address string) string {
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	parsed = parsed.Unmap().WithZone("")
	bits := 48
	if parsed.Is4() {
		bits = 24
	}
	prefix, err := parsed.Prefix(bits)
	if err != nil {
		return ""
	}
	return prefix.String()
}

// withhold puts a problem in the place of an answer whose header is about to be written.
func withhold(response *echo.Response, p *problem) {
	header := response.Header()
	for _, name := range []string{"Set-Cookie", "Content-Length", "Content-Disposition", "ETag"} {
		header.Del(name)
	}
	header.Set(echo.HeaderContentType, "application/problem+json")
	response.Status = p.body.Status
	response.Writer = &withheld{ResponseWriter: response.Writer, problem: p}
}

// withheld writes a problem with the header and swallows the body that was meant to follow.
type withheld struct {
	http.ResponseWriter
	problem *problem
}

// WriteHeader implements http.ResponseWriter.
func (w *withheld) WriteHeader(status int) {
	w.ResponseWriter.WriteHeader(status)
	// A client that left before the answer needs none.
	_ = json.NewEncoder(w.ResponseWriter).Encode(w.problem.body)
}

// Write implements http.ResponseWriter.
func (w *withheld) Write(body []byte) (int, error) { return len(body), nil }

// list answers the acts, newest first, as far as the user may know them.
func (t *trail) list(c echo.Context) error {
	filter, err := trailFilter(c)
	if err != nil {
		return err
	}
	acts, err := t.store.Acts(c.Request().Context(), filter)
	if err != nil {
		return err
	}
	answer := schemas.Trail{Acts: []schemas.Act{}}
	for _, a := range acts {
		answer.Acts = append(answer.Acts, schemas.Act{At: a.At.UTC(), Who: a.Who, What: a.What, About: a.About, Site: a.Site, Outcome: a.Outcome, Network: a.Network})
	}
	if len(acts) == admintrail.PageSize {
		answer.Next = acts[len(acts)-1].ID
	}
	return c.JSON(http.StatusOK, answer)
}

// trailFilter reads the query. Who may read the trail of some sites only is shown what concerns those.
func trailFilter(c echo.Context) (admintrail.Filter, error) {
	f := admintrail.Filter{Who: strings.ToLower(c.QueryParam("who")), What: c.QueryParam("what"), Outcome: c.QueryParam("outcome"), Before: c.QueryParam("before")}
	user, site := userOf(c), c.QueryParam("site")
	switch {
	case site != "" && !user.May(account.ReadTrail, site):
		return f, account.ErrForbidden
	case site != "":
		f.Sites = []string{site}
	case !user.May(account.ReadTrail, account.Everywhere):
		f.Sites = append([]string{}, user.SitesWith(account.ReadTrail)...)
	}
	if f.Before != "" && !place.MatchString(f.Before) {
		return f, badQuery("before", "is not what an answer gave as next")
	}
	var err error
	if f.From, err = dayIn(time.UTC, c.QueryParams(), "from", 0); err != nil {
		return f, err
	}
	f.To, err = dayIn(time.UTC, c.QueryParams(), "to", 1)
	return f, err
}

// dayIn reads a day of the query, so many days on; the zero time when there is none.
func dayIn(zone *time.Location, query url.Values, name string, later int) (time.Time, error) {
	text := query.Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	parsed, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return time.Time{}, badQuery(name, "is not a day such as 2026-11-23")
	}
	return parsed.AddDate(0, 0, later), nil
}

func badQuery(name, detail string) error {
	return &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/" + name, Detail: detail}}}
}
