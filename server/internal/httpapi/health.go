package httpapi

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"
)

// ErrDegraded is what a Dependency's Check returns with its detail when it works, but not as it should.
var ErrDegraded = errors.New("degraded")

// Dependency is something the server needs, as /readyz shows it.
type Dependency struct {
	Name     string
	Required bool // Without it no decision can be recorded.
	Check    func(ctx context.Context) (detail string, err error)
}

const (
	probeTimeout = 900 * time.Millisecond // Orchestrators wait a second by default.
	probeAge     = time.Second

	noAnswer = "no answer in time"
)

// health answers the probes.
type health struct {
	dependencies []Dependency
	stopping     *atomic.Bool
	log          *slog.Logger

	mu     sync.Mutex
	probed time.Time
	states []dependencyState
}

type dependencyState struct {
	Status string `json:"status"` // "ok", "degraded" or "down".
	Detail string `json:"detail,omitempty"`

	err error // For the log only: outside it could tell of the network.
}

// alive answers /healthz: the process serves requests. It asks no dependency, so that a store's outage never makes an
// orchestrator kill servers.
func (h *health) alive(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
}

// ready answers /readyz: 200 while decisions can be recorded, with the state of each dependency. "degraded" means that
// one is down which recording does not need, or is degraded itself.
func (h *health) ready(c echo.Context) error {
	states := h.probe(c.Request().Context())
	status, code := "ready", http.StatusOK
	for i, d := range h.dependencies {
		if states[i].Status == "ok" {
			continue
		}
		if d.Required && states[i].Status == "down" {
			status, code = "unavailable", http.StatusServiceUnavailable
			break
		}
		status = "degraded"
	}
	if h.stopping.Load() {
		status, code = "stopping", http.StatusServiceUnavailable
	}
	named := map[string]dependencyState{}
	for i, d := range h.dependencies {
		named[d.Name] = states[i]
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(code, map[string]any{"status": status, "dependencies": named})
}

// probe asks all dependencies at once and waits for none beyond the deadline. Its answer is good for a second, because probing
// writes to the stores and anybody may ask.
func (h *health) probe(ctx context.Context) []dependencyState {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.states != nil && time.Since(h.probed).Abs() < probeAge {
		return h.states
	}
	// Not the request's context: others wait for the same answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeTimeout)
	defer cancel()
	answers := make([]chan dependencyState, len(h.dependencies))
	for i, d := range h.dependencies {
		answers[i] = make(chan dependencyState, 1)
		go func() { answers[i] <- d.state(ctx) }()
	}
	states := make([]dependencyState, len(h.dependencies))
	for i := range states {
		states[i] = await(ctx, answers[i])
		h.tell(i, states[i])
	}
	h.probed, h.states = time.Now(), states
	return states
}

// await prefers an answer that is there to a deadline that an earlier dependency has used up.
func await(ctx context.Context, answer <-chan dependencyState) dependencyState {
	select {
	case state := <-answer:
		return state
	default:
	}
	select {
	case state := <-answer:
		return state
	case <-ctx.Done():
		return dependencyState{Status: "down", Detail: noAnswer, err: ctx.Err()}
	}
}

// tell logs when a dependency goes down or comes back.
func (h *health) tell(i int, now dependencyState) {
	was := dependencyState{Status: "ok"}
	if h.states != nil {
		was = h.states[i]
	}
	switch name := h.dependencies[i].Name; {
	case now.Status == was.Status:
	case now.Status == "degraded":
		h.log.Warn("dependency is degraded", "dependency", name, "detail", now.Detail)
	case now.err != nil:
		h.log.Error("dependency is down", "dependency", name, "error", now.err)
	default:
		h.log.Info("dependency is back", "dependency", name)
	}
}

func (d Dependency) state(ctx context.Context) dependencyState {
	detail, err := d.Check(ctx)
	switch {
	case errors.Is(err, ErrDegraded):
		return dependencyState{Status: "degraded", Detail: detail}
	case err != nil:
		return dependencyState{Status: "down", Detail: cmp.Or(detail, reason(err)), err: err}
	default:
		return dependencyState{Status: "ok", Detail: detail}
	}
}

// reason says in a few words why a dependency is down. The error's own text may hold addresses and is for the log only;
// a store whose error tells Reason vouches for that.
func reason(err error) string {
	var told interface{ Reason() string }
	var name *net.DNSError
	var network net.Error
	switch {
	case errors.As(err, &told):
		return told.Reason()
	case errors.Is(err, context.DeadlineExceeded):
		return noAnswer
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.As(err, &name):
		return "its name is not known"
	case errors.As(err, &network) && network.Timeout():
		return noAnswer
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection closed"
	default:
		return "the log says why"
	}
}
