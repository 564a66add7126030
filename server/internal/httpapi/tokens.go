package httpapi

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/admintrail"
)

const (
	bearerKey = "bearer" // Of the value behind Authorization: Bearer, in Echo's context.
	tokenKey  = "token"  // Of the token that it is.
	// useToken is what the use of a token that is not valid is called in the trail.
	useToken = "use-token"
)

// Routes for tokens, and the scopes of which they need one beside what their makers need. No other route is for tokens: they
// read, and make neither links nor tokens.
var (
	ofRates     = []account.Scope{account.ScopeRates}
	ofSites     = []account.Scope{account.ScopeSites}
	ofDecisions = []account.Scope{account.ScopeDecisions}
	ofTrail     = []account.Scope{account.ScopeTrail}

	forTokens = map[string][]account.Scope{
		"GET /v1/admin/sites": {account.ScopeRates, account.ScopeSites, account.ScopeDecisions, account.ScopeTrail},

		"GET /v1/admin/sites/:site/report":                  ofRates,
		"GET /v1/admin/sites/:site/rates":                   ofRates,
		"GET /v1/admin/sites/:site/breakdown":               ofRates,
		"GET /v1/admin/sites/:site/overview":                ofRates,
		"GET /v1/admin/sites/:site/comparison":              ofRates,
		"GET /v1/admin/sites/:site/experiments/:experiment": ofRates,
		"GET /v1/admin/sites/:site/exports/rates":           ofRates,
		"GET /v1/admin/sites/:site/exports/groups":          ofRates,

		"GET /v1/admin/services":                       ofSites,
		"GET /v1/admin/texts":                          ofSites,
		"GET /v1/admin/sites/:site/embedding":          ofSites,
		"GET /v1/admin/sites/:site/presence":           ofSites,
		"GET /v1/admin/sites/:site/draft":              ofSites,
		"GET /v1/admin/sites/:site/publications":       ofSites,
		"GET /v1/admin/sites/:site/notices/:notice":    ofSites,
		"GET /v1/admin/sites/:site/sightings":          ofSites,
		"GET /v1/admin/sites/:site/processing":         ofSites,
		"GET /v1/admin/sites/:site/suspensions":        ofSites,
		"GET /v1/admin/sites/:site/integrations":       ofSites,
		"GET /v1/admin/sites/:site/exports/processing": ofSites,

		"GET /v1/admin/sites/:site/decisions":         ofDecisions,
		"GET /v1/admin/sites/:site/exports/decisions": ofDecisions,
		"GET /v1/admin/sites/:site/exports/archive":   ofDecisions,

		"GET /v1/admin/trail": ofTrail,
	}
)

// takeBearer keeps the value of a token for authorize and takes it, and every cookie, out of the request: what comes with a
// token is nobody's session, and nothing behind may log either. It reports whether there is one.
func takeBearer(c echo.Context) bool {
	header := c.Request().Header
	scheme, value, _ := strings.Cut(header.Get(echo.HeaderAuthorization), " ")
	if !strings.EqualFold(scheme, "Bearer") { // Such as what a proxy asks for with Basic.
		return false
	}
	header.Del(echo.HeaderAuthorization)
	header.Del(echo.HeaderCookie)
	c.Set(bearerKey, strings.TrimSpace(value))
	return true
}

// bearer is who the request's token reads as.
func (a *admin) bearer(c echo.Context, value string) (account.User, error) {
	user, token, err := a.accounts.Bearer(c.Request().Context(), value, c.RealIP())
	c.Set(userKey, user)
	c.Set(tokenKey, token)
	if err != nil {
		return user, err
	}
	scopes := forTokens[routeOf(c)]
	if !slices.ContainsFunc(scopes, token.Covers) {
		return user, outOfScope(scopes)
	}
	return user, nil
}

func outOfScope(scopes []account.Scope) error {
	if len(scopes) == 0 {
		return newProblem(http.StatusForbidden, "not-for-tokens", "Not for tokens", "A token only reads. Sign in at /dashboard/ for this.").challenging(`error="insufficient_scope"`)
	}
	needed := strings.Join(inWords(scopes), " or ")
	return newProblem(http.StatusForbidden, "out-of-scope", "Outside the token's scopes", fmt.Sprintf("This needs a token with the scope %s. Make one on the dashboard, under your account.", needed)).
		challenging(fmt.Sprintf(`error="insufficient_scope", scope="%s"`, scopes[0]))
}

// withToken tells in an act which token it was done with, and that a token was refused.
func withToken(c echo.Context, act admintrail.Act, status int) admintrail.Act {
	if c.Get(bearerKey) == nil {
		return act
	}
	token, _ := c.Get(tokenKey).(account.Token)
	act.About = strings.TrimSuffix("token "+token.Name+": "+act.About, ": ")
	if status == http.StatusUnauthorized {
		act.What = useToken
	}
	if act.Who == "" { // Whatever a stranger wrote into the address and the header stays out.
		act.About, act.Site = "", ""
	}
	return act
}

// tokens lists those that whoever asks may revoke.
func (a *admin) tokens(c echo.Context) error {
	tokens, err := a.accounts.Tokens(c.Request().Context(), userOf(c))
	if err != nil {
		return err
	}
	answer := []schemas.Token{}
	for _, token := range tokens {
		answer = append(answer, tokenAnswer(token))
	}
	return c.JSON(http.StatusOK, answer)
}

// makeToken makes one and tells its value, once.
func (a *admin) makeToken(c echo.Context) error {
	var body schemas.NewToken
	if err := readJSON(c, &body); err != nil {
		return err
	}
	token, value, err := a.accounts.MakeToken(c.Request().Context(), userOf(c), body)
	if err != nil {
		return err
	}
	c.Set(concernsKey, tokenInWords(token))
	return c.JSON(http.StatusCreated, schemas.MadeToken{Token: tokenAnswer(token), Value: value})
}

// revokeToken makes one useless.
func (a *admin) revokeToken(c echo.Context) error {
	token, err := a.accounts.RevokeToken(c.Request().Context(), userOf(c), c.Param("token"))
	if err != nil {
		return err
	}
	c.Set(concernsKey, tokenInWords(token)+" of "+token.By)
	return c.NoContent(http.StatusNoContent)
}

// tokenInWords is such as "Looker: rates, trail at shop".
func tokenInWords(t account.Token) string {
	words := t.Name + ": " + strings.Join(inWords(t.Scopes), ", ")
	if len(t.Sites) > 0 {
		words += " at " + strings.Join(t.Sites, ", ")
	}
	return words
}

func tokenAnswer(t account.Token) schemas.Token {
	return schemas.Token{ID: t.ID(), Name: t.Name, By: t.By, Scopes: inWords(t.Scopes), Sites: t.Sites,
		CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, UsedOn: t.UsedOn}
}
