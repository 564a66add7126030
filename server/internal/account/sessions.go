package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
)

// Limits of a session (ASVS 7.3.1, 7.3.2; NIST SP 800-63B-4 allows 24 h of idleness and 30 days at AAL1, we halve the
// first and ask for the password weekly).
const (
	SessionIdle     = 12 * time.Hour
	SessionLifetime = 7 * 24 * time.Hour
	// A session's last use is written down this often at most: each write is a flush to disk.
	sessionTouch = 5 * time.Minute
)

// Keys of a session's values.
const (
	keyEmail      = "email"
	keyGeneration = "generation" // The user's when the session began.
	keyDevice     = "device"     // A few words on the browser, never what it sent.
	keyStarted    = "started"    // Unix seconds.
	keySeen       = "seen"       // Unix seconds.
)

// StoredSession is a session as a store keeps it, under the SHA-256 of its token, so that a copy of the store signs
// nobody in.
type StoredSession struct {
	Token    string // Hash of it.
	User     string // The user's id.
	Document []byte
	Expires  time.Time
}

// SessionStore keeps sessions.
type SessionStore interface {
	// FindSession returns the document, or false when there is none that expires after now.
	FindSession(ctx context.Context, token string, now time.Time) ([]byte, bool, error)
	// PutSession creates or replaces a session, and may forget those that have expired by now.
	PutSession(ctx context.Context, session StoredSession, now time.Time) error
	// RefreshSession replaces a session that exists and does nothing otherwise: a request in flight must not bring a
	// session back that was signed out meanwhile.
	RefreshSession(ctx context.Context, token string, document []byte, expires time.Time) error
	// DeleteSession removes a session; removing it again is harmless.
	DeleteSession(ctx context.Context, token string) error
	// SessionsOf returns the user's sessions that expire after now.
	SessionsOf(ctx context.Context, user string, now time.Time) ([]StoredSession, error)
}

// Sessions remembers who is signed in. It is safe for concurrent use.
type Sessions struct {
	manager *scs.SessionManager // Creates and destroys.
	refresh *scs.SessionManager // The same, but only replaces what exists.
	store   SessionStore
	now     func() time.Time
}

// NewSessions returns Sessions over a store.
func NewSessions(store SessionStore, now func() time.Time) *Sessions {
	return &Sessions{
		manager: newManager(sessionAdapter{store: store, now: now}),
		refresh: newManager(sessionAdapter{store: store, now: now, refreshOnly: true}),
		store:   store,
		now:     now,
	}
}

// newManager does without scs.New, which starts a goroutine for a memory store that we would never use. All managers
// made here find the same session in a context.
func newManager(store scs.CtxStore) *scs.SessionManager {
	return &scs.SessionManager{Lifetime: SessionLifetime, HashTokenInStore: true, Store: store, Codec: scs.GobCodec{}}
}

// CookieName is the name of the session's cookie. Over https it is bound to the host (RFC 6265bis, 4.1.3.2), so that
// neither a subdomain nor plain http can plant one.
func CookieName(secure bool) string {
	if secure {
		return "__Host-assent-session"
	}
	return "assent-session"
}

// Load returns a context that knows the session of the request's cookie, if it has a valid one.
func (s *Sessions) Load(r *http.Request, secure bool) (context.Context, error) {
	token := ""
	if cookie, err := r.Cookie(CookieName(secure)); err == nil {
		token = cookie.Value
	}
	ctx, err := s.manager.Load(r.Context(), token)
	if err != nil {
		return nil, fmt.Errorf("load session: %w", err)
	}
	if s.manager.GetString(ctx, keyEmail) == "" {
		return ctx, nil
	}
	return ctx, s.keepAlive(ctx)
}

// keepAlive ends a session that is too old and writes down from time to time that it was used.
func (s *Sessions) keepAlive(ctx context.Context) error {
	now := s.now()
	seen := time.Unix(s.manager.GetInt64(ctx, keySeen), 0)
	started := time.Unix(s.manager.GetInt64(ctx, keyStarted), 0)
	if now.Sub(seen) >= SessionIdle || now.Sub(started) >= SessionLifetime {
		return s.destroy(ctx)
	}
	if now.Sub(seen) < sessionTouch {
		return nil
	}
	s.manager.Put(ctx, keySeen, now.Unix())
	if _, _, err := s.refresh.Commit(ctx); err != nil {
		return fmt.Errorf("refresh session: %w", err)
	}
	return nil
}

// Email is the address of the user who is signed in, or "". The context must come from Load.
func (s *Sessions) Email(ctx context.Context) string {
	return s.manager.GetString(ctx, keyEmail)
}

// Belongs reports whether the session is one that this user may still use: a change of password ends all of them
// (CVE-2025-57766 is what happens otherwise).
func (s *Sessions) Belongs(ctx context.Context, user User) bool {
	return s.manager.GetString(ctx, keyEmail) == user.Email && s.manager.GetInt64(ctx, keyGeneration) == user.Generation
}

// Start signs a user in under a new token (ASVS 7.2.4: a planted one is worth nothing) and returns the cookie to set.
// Device is a few words that tell the user's sessions apart.
func (s *Sessions) Start(ctx context.Context, user User, device string, secure bool) (*http.Cookie, error) {
	if err := s.manager.RenewToken(ctx); err != nil {
		return nil, fmt.Errorf("renew session: %w", err)
	}
	now := s.now().Unix()
	s.manager.Put(ctx, keyEmail, user.Email)
	s.manager.Put(ctx, keyGeneration, user.Generation)
	s.manager.Put(ctx, keyDevice, device)
	s.manager.Put(ctx, keyStarted, now)
	s.manager.Put(ctx, keySeen, now)
	token, _, err := s.manager.Commit(context.WithValue(ctx, holderKey{}, user.ID()))
	if err != nil {
		return nil, fmt.Errorf("store session: %w", err)
	}
	cookie := sessionCookie(secure)
	cookie.Value, cookie.MaxAge = token, int(SessionLifetime.Seconds())
	return cookie, nil
}

// End signs out, on the server too, and returns the cookie that clears the browser's.
func (s *Sessions) End(ctx context.Context, secure bool) (*http.Cookie, error) {
	if err := s.destroy(ctx); err != nil {
		return nil, err
	}
	cookie := sessionCookie(secure)
	cookie.MaxAge = -1
	return cookie, nil
}

func (s *Sessions) destroy(ctx context.Context) error {
	if err := s.manager.Destroy(ctx); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// sessionCookie is strict: the dashboard is never entered through a link that needs the session, since its page is
// public and only its requests are not.
func sessionCookie(secure bool) *http.Cookie {
	return &http.Cookie{
		Name: CookieName(secure), Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode,
	}
}

// holderKey finds in a context whose session is being created, which scs has no way to pass on.
type holderKey struct{}

// sessionAdapter is a SessionStore as scs wants it.
type sessionAdapter struct {
	store       SessionStore
	now         func() time.Time
	refreshOnly bool
}

var _ scs.CtxStore = sessionAdapter{}

// errNoContext answers the methods of scs.Store without a context, which scs never calls on a CtxStore.
var errNoContext = errors.New("session store needs a context")

// Find implements scs.Store.
func (a sessionAdapter) Find(string) ([]byte, bool, error) { return nil, false, errNoContext }

// Commit implements scs.Store.
func (a sessionAdapter) Commit(string, []byte, time.Time) error { return errNoContext }

// Delete implements scs.Store.
func (a sessionAdapter) Delete(string) error { return errNoContext }

// FindCtx implements scs.CtxStore.
func (a sessionAdapter) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	return a.store.FindSession(ctx, token, a.now())
}

// CommitCtx implements scs.CtxStore.
func (a sessionAdapter) CommitCtx(ctx context.Context, token string, document []byte, expires time.Time) error {
	if a.refreshOnly {
		return a.store.RefreshSession(ctx, token, document, expires)
	}
	holder, _ := ctx.Value(holderKey{}).(string)
	return a.store.PutSession(ctx, StoredSession{Token: token, User: holder, Document: document, Expires: expires}, a.now())
}

// DeleteCtx implements scs.CtxStore.
func (a sessionAdapter) DeleteCtx(ctx context.Context, token string) error {
	return a.store.DeleteSession(ctx, token)
}
