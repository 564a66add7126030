package httpapi

import (
	"strings"

	"github.com/labstack/echo/v4"

	"assent/server/internal/account"
	"assent/server/internal/consent"
)

// What a route may need beside a permission.
const (
	open     account.Permission = "nothing"   // Not even a session.
	signedIn account.Permission = "a session" // Whatever its user's roles.
)

// rule is what a route needs and what using it is called in the trail.
type rule struct {
	needs account.Permission
	act   string // Empty for what tells nobody anything: who one is, and which sites one may choose from.
}

// rules are those of every route of the administration. A permission is needed at the site that the path names, or else
// at one site at least, and then the handler keeps to those. A route that is not here is not found, and a test fails.
// Acts named view-… are told once in a while, all others each time.
var rules = map[string]rule{
	"GET /v1/admin/session":                    {open, ""},
	"POST /v1/admin/session":                   {open, "sign-in"},
	"DELETE /v1/admin/session":                 {open, "sign-out"},
	"POST /v1/admin/session/passkey":           {open, "sign-in-passkey"},
	"POST /v1/admin/session/passkey/challenge": {open, ""},
	"POST /v1/admin/session/code":              {open, "sign-in-code"},
	"POST /v1/admin/setup":                     {open, "set-up"},

	"GET /v1/admin/single-sign-on":          {open, ""}, // Sends somebody away, whoever it is.
	"GET /v1/admin/single-sign-on/callback": {open, "single-sign-on"},

	"GET /v1/admin/account/sessions":             {signedIn, ""},
	"DELETE /v1/admin/account/sessions":          {signedIn, "end-sessions"},
	"DELETE /v1/admin/account/sessions/:session": {signedIn, "end-session"},
	"GET /v1/admin/account/tokens":               {signedIn, "view-tokens"},
	"POST /v1/admin/account/tokens":              {signedIn, "make-token"},
	"DELETE /v1/admin/account/tokens/:token":     {signedIn, "revoke-token"},
	"PUT /v1/admin/account/password":             {signedIn, "change-password"},

	"GET /v1/admin/account/factors":                    {signedIn, ""},
	"POST /v1/admin/account/factors":                   {signedIn, "add-two-step"},
	"POST /v1/admin/account/factors/offer":             {signedIn, "begin-two-step"},
	"POST /v1/admin/account/factors/recovery":          {signedIn, "renew-recovery"},
	"POST /v1/admin/account/passkeys":                  {signedIn, "add-passkey"},
	"POST /v1/admin/account/passkeys/challenge":        {signedIn, "begin-passkey"},
	"POST /v1/admin/account/passkeys/:passkey/removal": {signedIn, "remove-passkey"},
	"POST /v1/admin/account/factors/removal":           {signedIn, "remove-two-step"},

	"POST /v1/admin/invitations/accept":        {open, "join"},
	"POST /v1/admin/invitations":               {account.ManagePeople, "invite"},
	"DELETE /v1/admin/invitations/:invitation": {account.ManagePeople, "withdraw-invitation"},
	"GET /v1/admin/people":                     {account.ManagePeople, "view-people"},
	"PUT /v1/admin/people/:person/roles":       {account.ManagePeople, "change-roles"},
	"DELETE /v1/admin/people/:person/factors":  {account.ManagePeople, "reset-factors"},
	"DELETE /v1/admin/people/:person":          {account.ManagePeople, "remove-person"},

	"GET /v1/admin/trail": {account.ReadTrail, "view-trail"},

	"GET /v1/admin/services": {signedIn, ""},
	"GET /v1/admin/texts":    {signedIn, ""},

	"GET /v1/admin/due":                         {signedIn, ""}, // Counts what the user may see.
	"GET /v1/admin/sites":                       {signedIn, ""}, // Lists those where the user has a role.
	"POST /v1/admin/sites":                      {account.AddSites, "create-site"},
	"PATCH /v1/admin/sites/:site":               {account.ChangeSite, "change-site"},
	"GET /v1/admin/sites/:site/embedding":       {account.ViewRates, "view-embedding"},
	"GET /v1/admin/sites/:site/presence":        {account.ViewRates, "view-presence"},
	"GET /v1/admin/sites/:site/draft":           {account.ViewRates, "view-draft"},
	"PUT /v1/admin/sites/:site/draft":           {account.EditNotices, "edit-draft"},
	"DELETE /v1/admin/sites/:site/draft":        {account.EditNotices, "discard-draft"},
	"POST /v1/admin/sites/:site/draft/links":    {account.EditNotices, "check-links"},
	"POST /v1/admin/sites/:site/import":         {account.EditNotices, "import"},
	"GET /v1/admin/sites/:site/publications":    {account.ViewRates, "view-publications"},
	"POST /v1/admin/sites/:site/publications":   {account.EditNotices, "publish"},
	"DELETE /v1/admin/sites/:site/announcement": {account.EditNotices, "withdraw-announcement"},
	"GET /v1/admin/sites/:site/notices/:notice": {account.ViewRates, "view-notice"},
	"GET /v1/admin/sites/:site/preview":         {account.ViewRates, "view-preview"},
	"GET /v1/admin/sites/:site/processing":      {account.ViewRates, "view-processing"},
	"GET /v1/admin/sites/:site/suspensions":     {account.ViewRates, "view-suspensions"},

	"POST /v1/admin/sites/:site/experiments":                      {account.EditNotices, "start-experiment"},
	"GET /v1/admin/sites/:site/experiments/:experiment":           {account.ViewRates, "view-experiment"},
	"POST /v1/admin/sites/:site/experiments/:experiment/end":      {account.EditNotices, "end-experiment"},
	"POST /v1/admin/sites/:site/experiments/:experiment/adoption": {account.EditNotices, "adopt-variant"},

	"GET /v1/admin/sites/:site/integrations":                         {account.ViewRates, "view-integrations"},
	"POST /v1/admin/sites/:site/integrations":                        {account.ChangeSite, "connect-integration"},
	"POST /v1/admin/sites/:site/integrations/preview":                {account.ChangeSite, "view-integration-sample"},
	"PUT /v1/admin/sites/:site/integrations/:integration":            {account.ChangeSite, "change-integration"},
	"DELETE /v1/admin/sites/:site/integrations/:integration":         {account.ChangeSite, "remove-integration"},
	"PUT /v1/admin/sites/:site/integrations/:integration/state":      {account.ChangeSite, "switch-integration"},
	"POST /v1/admin/sites/:site/integrations/:integration/secret":    {account.ChangeSite, "renew-integration-secret"},
	"POST /v1/admin/sites/:site/integrations/:integration/test":      {account.ChangeSite, "test-integration"},
	"POST /v1/admin/sites/:site/integrations/:integration/replays":   {account.ChangeSite, "replay-deliveries"},
	"GET /v1/admin/sites/:site/integrations/:integration/deliveries": {account.ReadDecisions, "view-deliveries"}, // They name visitors.

	"GET /v1/admin/sites/:site/linking":         {account.ViewRates, "view-linking"},
	"PUT /v1/admin/sites/:site/linking":         {account.ChangeSite, "switch-linking"},
	"POST /v1/admin/sites/:site/linking/secret": {account.ChangeSite, "make-linking-secret"},
	"POST /v1/admin/sites/:site/accounts/copy":  {account.ReadDecisions, "copy-account"},

	"GET /v1/admin/sites/:site/decisions":                 {account.ReadDecisions, "search-decisions"},
	"POST /v1/admin/sites/:site/erasures":                 {account.EraseDecisions, "erase-decisions"},
	"GET /v1/admin/sites/:site/requests":                  {account.ReadDecisions, "view-requests"},
	"POST /v1/admin/sites/:site/requests":                 {account.EraseDecisions, "register-request"},
	"GET /v1/admin/sites/:site/requests/:request":         {account.ReadDecisions, "view-request"},
	"GET /v1/admin/sites/:site/requests/:request/copy":    {account.ReadDecisions, "copy-for-request"},
	"POST /v1/admin/sites/:site/requests/:request/steps":  {account.EraseDecisions, "work-on-request"},
	"GET /v1/admin/sites/:site/request-deadline":          {account.ReadDecisions, "view-request-deadline"},
	"PUT /v1/admin/sites/:site/request-deadline":          {account.EraseDecisions, "change-request-deadline"},
	"GET /v1/admin/sites/:site/decisions/:decision/shown": {account.ReadDecisions, "view-shown"},

	"GET /v1/admin/sites/:site/retention":                {account.ReadDecisions, "view-retention"},
	"PUT /v1/admin/sites/:site/retention":                {account.EraseDecisions, "change-retention"},
	"POST /v1/admin/sites/:site/holds":                   {account.EraseDecisions, "set-hold"},
	"POST /v1/admin/sites/:site/holds/:hold/end":         {account.EraseDecisions, "release-hold"},
	"GET /v1/admin/sites/:site/reviews":                  {account.ViewRates, "view-reviews"},
	"GET /v1/admin/sites/:site/reviews/:review":          {account.ViewRates, "view-review"},
	"POST /v1/admin/sites/:site/reviews/:review/answers": {account.ReviewServices, "close-review"},
	"PUT /v1/admin/sites/:site/review-period":            {account.ReviewServices, "change-review-period"},

	"GET /v1/admin/sites/:site/exports/decisions": {account.ReadDecisions, "export-decisions"},
	"GET /v1/admin/sites/:site/exports/archive":   {account.ReadDecisions, "export-archive"},
	"GET /v1/admin/sites/:site/exports/rates":     {account.ExportData, "export-rates"},
	"GET /v1/admin/sites/:site/exports/groups":    {account.ExportData, "export-rates"},

	// Whoever may see the notice may save what it says.
	"GET /v1/admin/sites/:site/exports/processing": {account.ViewRates, "export-processing"},

	"GET /v1/admin/sites/:site/report":     {account.ViewRates, "view-report"},
	"GET /v1/admin/sites/:site/rates":      {account.ViewRates, "view-rates"},
	"GET /v1/admin/sites/:site/breakdown":  {account.ViewRates, "view-rates"},
	"GET /v1/admin/sites/:site/overview":   {account.ViewRates, "view-rates"},
	"GET /v1/admin/sites/:site/comparison": {account.ViewRates, "view-rates"},
	"GET /v1/admin/sites/:site/sightings":  {account.ViewRates, "view-third-parties"},
}

const (
	userKey = "user" // Of the request's user in Echo's context.
	actKey  = "act"  // Of what was done there, where it is another act than the rule says.
)

func ruleOf(c echo.Context) (rule, bool) {
	r, known := rules[routeOf(c)]
	return r, known
}

// routeOf is the request's route as rules name it.
func routeOf(c echo.Context) string { return c.Request().Method + " " + c.Path() }

// authorize lets a request pass only with what its route needs. It follows guard.
func (a *admin) authorize(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		rule, known := ruleOf(c)
		if !known {
			return echo.ErrNotFound
		}
		user, err := a.principal(c, rule)
		if err != nil {
			return err
		}
		if err := allowed(c, user, rule.needs); err != nil {
			return err
		}
		return next(c)
	}
}

// principal is who sent the request, with a token or a session; nobody where the route needs neither.
func (a *admin) principal(c echo.Context, rule rule) (account.User, error) {
	if value, bears := c.Get(bearerKey).(string); bears {
		return a.bearer(c, value)
	}
	if rule.needs == open {
		return account.User{}, nil
	}
	user, err := a.user(c)
	if err == nil {
		c.Set(userKey, user)
	}
	return user, err
}

// allowed hides the sites where the user has no role: they are not found, whether they exist or not.
func allowed(c echo.Context, user account.User, permission account.Permission) error {
	if permission == open {
		return nil
	}
	if strings.Contains(c.Path(), "/:site") {
		site := c.Param("site")
		switch {
		case site == account.Everywhere || !user.Sees(site):
			return consent.ErrNotFound
		case permission != signedIn && !user.May(permission, site):
			return account.ErrForbidden
		}
		return nil
	}
	allowed := permission == signedIn || user.MayAnywhere(permission)
	if permission == account.AddSites { // What will be added is at none of the sites that there are.
		allowed = user.May(permission, account.Everywhere)
	}
	if !allowed {
		return account.ErrForbidden
	}
	return nil
}

// userOf is who sent a request that authorize let pass.
func userOf(c echo.Context) account.User {
	user, _ := c.Get(userKey).(account.User)
	return user
}
