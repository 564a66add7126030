package httpapi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/rights"
)

const problemPrefix = "urn:assent:problem:"

// problem is a failure that the client may know about, in the words it may know.
type problem struct {
	body       schemas.Problem
	retryAfter int    // Seconds; 0 for none.
	challenge  string // What is wrong with the token (RFC 6750, 3); empty where there was none.
}

// Error is the detail.
func (p *problem) Error() string { return p.body.Detail }

func newProblem(status int, kind, title, detail string, faults ...schemas.Fault) *problem {
	return &problem{body: schemas.Problem{
		Type: problemPrefix + kind, Title: title, Status: status, Detail: detail, Errors: faults,
	}}
}

// retryable asks the client to come back, each one at another moment.
func (p *problem) retryable() *problem {
	p.retryAfter = 1 + rand.IntN(5)
	return p
}

// challenging tells programs what is wrong with their token.
func (p *problem) challenging(with string) *problem {
	p.challenge = "Bearer " + with
	return p
}

// translate is the one place where an error becomes what a client sees. Whatever it does not know is an internal
// error, whose text stays in the log.
func translate(err error) *problem {
	var known *problem
	var invalid *consent.InvalidError
	var routing *echo.HTTPError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &invalid):
		return newProblem(http.StatusUnprocessableEntity, "invalid", "The request is not valid", invalid.Error(), invalid.Faults...)
	case errors.Is(err, rights.ErrHeld):
		return newProblem(http.StatusConflict, "held", "A legal hold is in force", "These decisions are kept for legal claims (GDPR, Art. 17(3)(e)). Nothing was erased. Ask again when the hold has ended.")
	case errors.Is(err, errSignedOut):
		return newProblem(http.StatusUnauthorized, "signed-out", "Not signed in", "Sign in at /dashboard/ and try again.")
	case errors.Is(err, errForeignRequest):
		return newProblem(http.StatusForbidden, "foreign-request", "Request from another origin", "Only pages of this server may send this request.")
	case errors.As(err, &routing):
		return translateRouting(routing)
	default:
		return cmp.Or(translateAccount(err), translateStore(err))
	}
}

func translateStore(err error) *problem {
	switch {
	case errors.Is(err, consent.ErrNotFound):
		return newProblem(http.StatusNotFound, "not-found", "Not found", "There is nothing under this address. Check the id.")
	case errors.Is(err, consent.ErrConflict):
		return newProblem(http.StatusConflict, "id-reused", "The id is taken", "This id was used for another decision. Make a new UUIDv7 for each decision.")
	case errors.Is(err, consent.ErrOverloaded):
		return newProblem(http.StatusServiceUnavailable, "overloaded", "Too many decisions at once", "Nothing was recorded. Keep the decision and send it again, with the same id, after the time that Retry-After gives.").retryable()
	case errors.Is(err, consent.ErrUnavailable), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return newProblem(http.StatusServiceUnavailable, "unavailable", "A store is unavailable", "Keep the request and send it again, unchanged, after the time that Retry-After gives.").retryable()
	default:
		return newProblem(http.StatusInternalServerError, "internal", "Internal error", "The server failed; its log says why. Sending the request again, unchanged, is safe.")
	}
}

// translateRouting covers what Echo itself answers.
func translateRouting(err *echo.HTTPError) *problem {
	details := map[int]string{
		http.StatusNotFound:              "There is nothing under this address. Check the path.",
		http.StatusMethodNotAllowed:      "This address knows other methods; see Allow.",
		http.StatusRequestEntityTooLarge: "The body is larger than 8192 bytes. Send less.",
	}
	detail, ok := details[err.Code]
	if !ok || err.Code >= http.StatusInternalServerError {
		return translateStore(err.Unwrap())
	}
	title := http.StatusText(err.Code)
	return newProblem(err.Code, strings.ReplaceAll(strings.ToLower(title), " ", "-"), title, detail)
}

// respond writes the problem of an error, once, and logs it when the fault is ours.
func respond(log *slog.Logger) echo.HTTPErrorHandler {
	outage := &sampler{}
	return func(err error, c echo.Context) {
		p := translate(err)
		left := errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil
		switch {
		case left || p.body.Status < http.StatusInternalServerError:
		case p.body.Status == http.StatusServiceUnavailable:
			// One line a second says what an outage is; a line per request would fill the disk meanwhile.
			if others, ok := outage.take(time.Now()); ok {
				log.ErrorContext(c.Request().Context(), "requests cannot be served", "route", c.Path(), "error", err, "others", others)
			}
		default:
			log.ErrorContext(c.Request().Context(), "request failed", "method", c.Request().Method, "route", c.Path(), "error", err)
		}
		if c.Response().Committed {
			return
		}
		if err := p.write(c); err != nil {
			log.DebugContext(c.Request().Context(), "client left before the answer", "route", c.Path(), "error", err)
		}
	}
}

// write answers with the problem.
func (p *problem) write(c echo.Context) error {
	header := c.Response().Header()
	isScript := strings.HasPrefix(c.Path(), "/s/")
	header.Set(echo.HeaderContentType, "application/problem+json")
	header.Set(echo.HeaderCacheControl, "no-store")
	if isScript {
		// Browsers keep anything but a script from a script tag, and then say nothing of it in their console.
		crossOrigin(c, "no-store")
		header.Set(echo.HeaderContentType, scriptType)
	}
	if p.retryAfter > 0 {
		header.Set(echo.HeaderRetryAfter, strconv.Itoa(p.retryAfter))
	}
	if p.challenge != "" {
		header.Set(echo.HeaderWWWAuthenticate, p.challenge)
	}
	c.Response().WriteHeader(p.body.Status)
	switch {
	case c.Request().Method == http.MethodHead:
		return nil
	case isScript:
		_, err := fmt.Fprintf(c.Response(), "// %d at %s\n// %s\n", p.body.Status, strconv.QuoteToASCII(c.Request().URL.Path), p.body.Detail)
		return err
	default:
		return json.NewEncoder(c.Response()).Encode(p.body)
	}
}

// sampler lets one event a second through and counts the others.
type sampler struct {
	mu     sync.Mutex
	last   time.Time
	others int
}

// take reports whether this event may pass, and how many did not since the last one that did.
func (s *sampler) take(now time.Time) (others int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.last).Abs() < time.Second {
		s.others++
		return 0, false
	}
	others, s.last, s.others = s.others, now, 0
	return others, true
}
