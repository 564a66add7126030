package httpapi

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"assent/server/internal/account"
	"assent/server/internal/consent"
	"assent/server/internal/singlesignon"
)

// singleSignOn sends people to the provider and takes them back.
type singleSignOn struct {
	provider *singlesignon.Provider // nil for none.
	admin    *admin
	failures sampler
}

// label is what people know the provider as, or "" without one.
func (s *singleSignOn) label() string {
	if s.provider == nil {
		return ""
	}
	return s.provider.Label()
}

// begin sends the browser to the provider.
func (s *singleSignOn) begin(c echo.Context) error {
	if s.provider == nil {
		return consent.ErrNotFound
	}
	address, kept, err := s.provider.Begin(c.Request().Context(), c.QueryParam("to"))
	if err != nil {
		return s.fail(c, err)
	}
	cookie := departureCookie(isSecure(c))
	cookie.Value, cookie.MaxAge = kept, int(singlesignon.Lifetime.Seconds())
	c.SetCookie(cookie)
	return c.Redirect(http.StatusFound, address)
}

// finish starts the session of who comes back from the provider.
func (s *singleSignOn) finish(c echo.Context) error {
	if s.provider == nil {
		return consent.ErrNotFound
	}
	cookie := departureCookie(isSecure(c))
	kept := ""
	if sent, err := c.Cookie(cookie.Name); err == nil {
		kept = sent.Value
	}
	cookie.MaxAge = -1
	c.SetCookie(cookie)
	ctx, page := c.Request().Context(), ""
	user, err := s.admin.accounts.Enter(ctx, s.provider.Admission(), c.RealIP(), func() (identity account.Identity, err error) {
		identity, page, err = s.provider.Finish(ctx, kept, c.QueryParams())
		return identity, err
	})
	c.Set(userKey, user)
	if err != nil {
		return s.fail(c, err)
	}
	// Whoever has a second step here takes it whichever way the first was taken.
	switch err := s.admin.accounts.CodeDue(ctx, user); {
	case errors.Is(err, account.ErrCodeDue):
		c.Set(actKey, "prove-by-single-sign-on")
		if err := s.admin.holdForCode(c, user); err != nil {
			return s.fail(c, err)
		}
		return c.Redirect(http.StatusFound, page)
	case err != nil:
		return s.fail(c, err)
	}
	if err := s.admin.giveSession(c, user); err != nil {
		return s.fail(c, err)
	}
	s.admin.log.InfoContext(ctx, "signed in by single sign-on", "role", user.Role)
	return c.Redirect(http.StatusFound, page)
}

// departureCookie is sent along when the provider's page leads back, which a strict one is not. That it is this browser's
// keeps a foreign page from signing somebody in as somebody else.
func departureCookie(secure bool) *http.Cookie {
	name := "assent-departure"
	if secure {
		name = "__Host-assent-departure"
	}
	return &http.Cookie{Name: name, Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode}
}

// fail leads back to the sign-in, which has the words for a code. The log alone says more.
func (s *singleSignOn) fail(c echo.Context, err error) error {
	code, status := failureOf(err)
	standFor(c, status)
	// One line a second: whoever presses the button while the provider is away must not fill the disk.
	if others, ok := s.failures.take(s.admin.now()); ok {
		s.admin.log.WarnContext(c.Request().Context(), "single sign-on failed", "code", code, "error", err, "others", others)
	}
	return c.Redirect(http.StatusFound, "/dashboard/?"+url.Values{"sign-in": {code}}.Encode())
}

// failureOf is the code that the dashboard knows, and the status that an answer to a program would have.
func failureOf(err error) (code string, status int) {
	var wait *account.BackoffError
	switch {
	case errors.As(err, &wait):
		return "wait", http.StatusTooManyRequests
	case errors.Is(err, account.ErrAway):
		return "away", http.StatusServiceUnavailable
	case errors.Is(err, singlesignon.ErrExpired), errors.Is(err, account.ErrSpent):
		return "expired", http.StatusForbidden
	case errors.Is(err, singlesignon.ErrCancelled):
		return "cancelled", http.StatusForbidden
	case errors.Is(err, singlesignon.ErrRefused):
		return "refused", http.StatusForbidden
	case errors.Is(err, account.ErrUnverified):
		return "unverified", http.StatusForbidden
	case errors.Is(err, account.ErrNobody):
		return "nobody", http.StatusForbidden
	case errors.Is(err, account.ErrAnother):
		return "another", http.StatusForbidden
	default:
		return "failed", translate(err).body.Status
	}
}
