package httpapi

import (
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"assent/server/internal/site"
)

const (
	askedAtOnce = 6                // Of one person, after a pause.
	askedEvery  = 10 * time.Second // In the long run.
)

// links checks where the links of drafts lead, for each person a few times a minute: it is others who are asked.
type links struct {
	checker *site.LinkChecker
	local   bool
	checks  *patience
}

func newLinks(p Parts) *links {
	return &links{checker: site.NewLinkChecker(p.Publisher), local: isLocal(p.PublicURL), checks: newPatience(p.Now)}
}

// isLocal reports whether a server is for the machine that it runs on, as far as it was told.
func isLocal(publicURL string) bool {
	u, err := url.Parse(publicURL)
	return publicURL == "" || err == nil && isLoopback(u.Hostname())
}

// isFromHere reports whether a request was made on this machine, for it by its name, and passed on by nobody: a server that
// was not told its address may stand behind a proxy all the same.
func isFromHere(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	isPassedOn := r.Header.Get(echo.HeaderXForwardedFor)+r.Header.Get(echo.HeaderXRealIP)+r.Header.Get("Forwarded")+r.Header.Get("Via") != ""
	return err == nil && from.Addr().Unmap().IsLoopback() && !isPassedOn && isLoopback((&url.URL{Host: r.Host}).Hostname())
}

func isLoopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

func (l *links) check(c echo.Context) error {
	if err := l.checks.take(c, "Too many checks of links", "Nothing was asked. Check again after the time that Retry-After gives."); err != nil {
		return err
	}
	found, err := l.checker.Check(c.Request().Context(), c.Param("site"), l.local && isFromHere(c.Request()))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, found)
}

// patience bounds how often each person has others asked.
type patience struct {
	now  func() time.Time
	mu   sync.Mutex
	paid map[string]time.Time // By user: when all that they took is paid for (GCRA).
}

func newPatience(now func() time.Time) *patience {
	return &patience{now: now, paid: map[string]time.Time{}}
}

// take counts one request, or returns the problem that says how long the user has to wait.
func (l *patience) take(c echo.Context, title, detail string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	user, now := userOf(c).Email, l.now()
	paid := l.paid[user]
	if paid.Before(now) {
		paid = now
	}
	if wait := paid.Sub(now) - (askedAtOnce-1)*askedEvery; wait > 0 {
		p := newProblem(http.StatusTooManyRequests, "rate-limited", title, detail)
		p.retryAfter = int(math.Ceil(wait.Seconds()))
		return p
	}
	l.paid[user] = paid.Add(askedEvery)
	return nil
}
