package httpapi

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/consent"
	"assent/server/internal/reporting"
	"assent/server/internal/site"
	"assent/server/internal/useragent"
)

// States of a session, as in account.schema.json.
const (
	stateSetup     = "setup"
	stateSignedOut = "signed-out"
	stateSignedIn  = "signed-in"
)

var (
	// errSignedOut means that the request needs a session and has none that is valid.
	errSignedOut = errors.New("not signed in")
	// errForeignRequest means that another site's page made the browser send the request.
	errForeignRequest = errors.New("request from another origin")
)

// admin answers what the dashboard asks.
type admin struct {
	accounts *account.Accounts
	sessions *account.Sessions
	seals    *account.Seals
	catalog  *site.Catalog
	query    reporting.Query
	rater    reporting.Rater
	provider string // What people know the provider of single sign-on as; empty for none.
	now      func() time.Time
	log      *slog.Logger
}

// guard refuses requests that another site's page sent (CSRF), keeps answers out of caches (ASVS 14.3.2) and loads the
// session. No browser adds a token by itself, so what comes with one may come from anywhere.
func (a *admin) guard(next echo.HandlerFunc) echo.HandlerFunc {
	protection := http.NewCrossOriginProtection()
	return func(c echo.Context) error {
		if !takeBearer(c) && protection.Check(c.Request()) != nil {
			return errForeignRequest
		}
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		ctx, err := a.sessions.Load(c.Request(), isSecure(c))
		if err != nil {
			return err
		}
		c.SetRequest(c.Request().WithContext(ctx))
		return next(c)
	}
}

// user is who the request's session belongs to, or errSignedOut.
func (a *admin) user(c echo.Context) (account.User, error) {
	ctx := c.Request().Context()
	email := a.sessions.Email(ctx)
	if email == "" {
		return account.User{}, errSignedOut
	}
	user, err := a.accounts.User(ctx, email)
	if errors.Is(err, consent.ErrNotFound) || err == nil && !a.sessions.Belongs(ctx, user) {
		return account.User{}, errSignedOut
	}
	return user, err
}

// session tells whether to set up, to sign in, or who is signed in.
func (a *admin) session(c echo.Context) error {
	user, err := a.user(c)
	if err == nil {
		answer := sessionOf(user)
		answer.SingleSignOn = a.provider // For the sign-in that follows when the session has ended.
		return c.JSON(http.StatusOK, answer)
	}
	if !errors.Is(err, errSignedOut) {
		return err
	}
	needed, err := a.accounts.NeedsSetup(c.Request().Context())
	if err != nil {
		return err
	}
	if needed {
		return c.JSON(http.StatusOK, schemas.Session{State: stateSetup})
	}
	answer := schemas.Session{State: stateSignedOut, SingleSignOn: a.provider}
	if a.owesCode(c) {
		answer.State = stateCodeDue
	}
	return c.JSON(http.StatusOK, answer)
}

// signIn checks a password and starts a session.
func (a *admin) signIn(c echo.Context) error {
	var body schemas.Credentials
	if err := readJSON(c, &body); err != nil {
		return err
	}
	user, err := a.accounts.SignIn(c.Request().Context(), body, c.RealIP())
	if errors.Is(err, account.ErrCodeDue) {
		c.Set(actKey, "give-password")
		return a.askForCode(c, http.StatusOK, user)
	}
	if err != nil {
		c.Set(userKey, account.User{Email: a.accounts.Known(c.Request().Context(), body.Email)})
		return busy(err)
	}
	a.log.InfoContext(c.Request().Context(), "signed in", "role", user.Role)
	return a.startSession(c, http.StatusOK, user)
}

// signOut ends the session, here and in the browser.
func (a *admin) signOut(c echo.Context) error {
	if user, err := a.user(c); err == nil {
		c.Set(userKey, user)
	}
	cookie, err := a.sessions.End(c.Request().Context(), isSecure(c))
	if err != nil {
		return err
	}
	c.SetCookie(cookie)
	a.log.InfoContext(c.Request().Context(), "signed out")
	return c.NoContent(http.StatusNoContent)
}

// busy words the overload of password hashing, which has nothing to do with decisions.
func busy(err error) error {
	if !errors.Is(err, consent.ErrOverloaded) {
		return err
	}
	return newProblem(http.StatusServiceUnavailable, "busy", "Too many sign-ins at once",
		"The password was not checked. Try again after the time that Retry-After gives.").retryable()
}

func (a *admin) startSession(c echo.Context, status int, user account.User) error {
	return a.restart(c, status, user, sessionOf(user))
}

// restart starts a session and answers something else than who is signed in.
func (a *admin) restart(c echo.Context, status int, user account.User, answer any) error {
	if err := a.giveSession(c, user); err != nil {
		return err
	}
	return c.JSON(status, answer)
}

// giveSession sets the cookie of a new session.
func (a *admin) giveSession(c echo.Context, user account.User) error {
	c.Set(userKey, user)
	device := useragent.Name(c.Request().UserAgent())
	cookie, err := a.sessions.Start(c.Request().Context(), user, device, isSecure(c))
	if err != nil {
		return err
	}
	c.SetCookie(cookie)
	return nil
}

func sessionOf(user account.User) schemas.Session {
	session := schemas.Session{
		State:       stateSignedIn,
		Email:       user.Email,
		Permissions: inWords(user.Permissions()),
		Everywhere:  inWords(user.PermissionsAt(account.Everywhere)),
	}
	for site := range user.Sites {
		if session.Sites == nil {
			session.Sites = map[string][]string{}
		}
		session.Sites[site] = inWords(user.PermissionsAt(site))
	}
	return session
}

func inWords[T ~string](names []T) []string {
	words := make([]string, 0, len(names))
	for _, name := range names {
		words = append(words, string(name))
	}
	return words
}

// isSecure reports whether the browser used https. The forwarded header may be forged, but only by the client itself
// and to its own loss: it chooses the cookie's name and the Secure attribute, nothing else.
func isSecure(c echo.Context) bool {
	return c.Scheme() == "https"
}
