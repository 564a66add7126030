package httpapi

import (
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"assent/server/internal/ratelimit"
)

var errRateLimited = newProblem(http.StatusTooManyRequests, "rate-limited", "Too many requests from this network",
	"Nothing was recorded. Keep the decision and send it again, with the same id, after the time that Retry-After gives.")

// limits refuses a network that has more recorded than people can decide.
type limits struct {
	limiter *ratelimit.Limiter // nil where nothing is limited.
	refused *prometheus.CounterVec
	unnamed sync.Once // A proxy that nobody named is told of once.
	log     *slog.Logger
}

func newLimits(limiter *ratelimit.Limiter, registry prometheus.Registerer, log *slog.Logger) *limits {
	l := &limits{limiter: limiter, log: log, refused: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "assent_rate_limited_total", Help: "Requests refused because their network sent too many.",
	}, []string{"kind"})}
	registry.MustRegister(l.refused)
	return l
}

// take counts one request of the kind, or returns the problem of a network that has sent too many.
func (l *limits) take(c echo.Context, n ratelimit.Network, kind ratelimit.Kind) error {
	if n == 0 {
		return nil
	}
	return l.judge(c, kind, l.limiter.Take(n, kind))
}

// anyDecision refuses, before the body is read, where neither a grant nor a refusal could be recorded.
func (l *limits) anyDecision(c echo.Context, n ratelimit.Network) error {
	if n == 0 || l.limiter.Wait(n, ratelimit.Grant) == 0 {
		return nil
	}
	return l.judge(c, ratelimit.Refusal, l.limiter.Wait(n, ratelimit.Refusal))
}

// of is take as a middleware.
func (l *limits) of(kind ratelimit.Kind) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := l.take(c, l.networkOf(c), kind); err != nil {
				return err
			}
			return next(c)
		}
	}
}

// networkOf returns the client's network, or 0 where nothing is limited.
func (l *limits) networkOf(c echo.Context) ratelimit.Network {
	if l.limiter == nil {
		return 0
	}
	n, ok := ratelimit.NetworkOf(c.RealIP())
	if !ok {
		l.tellUnnamed(c, "no rate limit holds: requests come through a proxy; name its network with --trusted-proxy")
	}
	return n
}

// tellUnnamed says, once, what follows from that the peer is a proxy which was not named.
func (l *limits) tellUnnamed(c echo.Context, follows string) {
	if c.Request().Header.Get(echo.HeaderXForwardedFor) == "" {
		return
	}
	if peer, _, err := net.SplitHostPort(c.Request().RemoteAddr); err == nil && peer == c.RealIP() {
		l.unnamed.Do(func() { l.log.WarnContext(c.Request().Context(), follows) })
	}
}

func (l *limits) judge(c echo.Context, kind ratelimit.Kind, wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	l.tellUnnamed(c, "visitors are refused who come through a proxy, or somebody pretends to be one: if it is yours, name its network with --trusted-proxy")
	l.refused.WithLabelValues(kind.String()).Inc()
	p := *errRateLimited
	// Jitter keeps those behind one address from coming back at once.
	p.retryAfter = int((wait+time.Second-1)/time.Second) + rand.IntN(3)
	return &p
}
