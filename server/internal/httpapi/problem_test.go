package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/consent"
	"assent/server/internal/rights"
)

// ASVS 16.5.1
func TestTranslate(t *testing.T) {
	secret := errors.New("dial tcp 10.0.0.7: password authentication failed")
	for _, c := range []struct {
		err        error
		status     int
		kind       string
		retryAfter bool
	}{
		{&consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/x", Detail: "is wrong"}}}, 422, "invalid", false},
		{fmt.Errorf("look up: %w", consent.ErrNotFound), 404, "not-found", false},
		{consent.ErrConflict, 409, "id-reused", false},
		{rights.ErrHeld, 409, "held", false},
		{consent.ErrOverloaded, 503, "overloaded", true},
		{fmt.Errorf("commit: %w: %w", consent.ErrUnavailable, secret), 503, "unavailable", true},
		{context.DeadlineExceeded, 503, "unavailable", true},
		{&account.BackoffError{RetryAfter: 3 * time.Second}, 429, "too-many-attempts", true},
		{account.ErrCredentials, 401, "wrong-credentials", false},
		{account.ErrTicket, 403, "set-up-link-not-valid", false},
		{errSignedOut, 401, "signed-out", false},
		{errForeignRequest, 403, "foreign-request", false},
		{echo.ErrNotFound, 404, "not-found", false},
		{echo.ErrMethodNotAllowed, 405, "method-not-allowed", false},
		{echo.NewHTTPError(http.StatusBadGateway, "text of a library").SetInternal(secret), 500, "internal", false},
		{secret, 500, "internal", false},
	} {
		p := translate(c.err)
		if p.body.Status != c.status || p.body.Type != problemPrefix+c.kind || (p.retryAfter > 0) != c.retryAfter {
			t.Errorf("%v became %+v, Retry-After %d", c.err, p.body, p.retryAfter)
		}
		if text := fmt.Sprint(p.body); strings.Contains(text, "10.0.0.7") || strings.Contains(text, "library") || p.body.Detail == "" {
			t.Errorf("%v tells %s", c.err, text)
		}
	}
}

func TestAnOutageIsOneLineASecond(t *testing.T) {
	var s sampler
	now := time.Now()
	passed, counted := 0, 0
	for i := range 35 {
		if others, ok := s.take(now.Add(time.Duration(i) * 100 * time.Millisecond)); ok {
			passed++
			counted += others
		}
	}
	if passed != 4 || counted != 27 {
		t.Errorf("%d lines that tell of %d others", passed, counted)
	}
}
