package httpapi

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/linking"
	"assent/server/internal/requests"
	"assent/server/internal/site"
	"assent/server/internal/useragent"
)

var (
	errNotLinking = newProblem(http.StatusNotFound, "not-linking", "The site links nothing",
		"Switch linking on in the dashboard, under Accounts, and load the page again.")
	errNoLinkingSecret = newProblem(http.StatusConflict, "no-linking-secret", "There is no linking secret",
		"Make a secret first and let the site's server sign tokens with it; then switch linking on.")
)

// accountNames finds whom an officer means by an account.
type accountNames struct{ keeper *linking.Keeper }

// subjectsOf returns everybody who is linked to the account that an officer names.
func (a accountNames) subjectsOf(c echo.Context, account, token string) ([]string, error) {
	if (account == "") == (token == "") {
		return nil, &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "", Detail: "give either an account or a token"}}}
	}
	ctx, siteID := c.Request().Context(), c.Param("site")
	hash := linking.Hash(siteID, account)
	if token != "" {
		var err error
		if hash, err = a.keeper.Account(ctx, siteID, token, ""); err != nil {
			var refused *linking.TokenError
			if errors.As(err, &refused) {
				err = &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/token", Detail: refused.Reason}}}
			}
			return nil, err
		}
	}
	return a.keeper.Subjects(ctx, siteID, hash)
}

// accountLinks links browsers to the site's own accounts.
type accountLinks struct {
	keeper    *linking.Keeper
	names     accountNames
	desk      *requests.Desk
	visitors  *visitors
	publisher site.Publisher
	catalog   *site.Catalog
}

func (l *accountLinks) switchedOn(c echo.Context) error {
	found, err := l.catalog.Site(c.Param("site"))
	if errors.Is(err, consent.ErrNotFound) {
		return errUnknownSite
	}
	if err == nil && !found.Linking {
		return errNotLinking
	}
	return err
}

// link links the browser whose secret it is to the account that the token names, and lets the account's choice follow.
func (l *accountLinks) link(c echo.Context) error {
	if err := l.switchedOn(c); err != nil {
		return err
	}
	var asked schemas.Link
	if err := readJSON(c, &asked); err != nil {
		return err
	}
	if !consent.IsSecret(asked.Secret) {
		return badSecret()
	}
	if faults := consent.SettingFaults(asked.Locale, asked.Page, asked.Regime); len(faults) > 0 {
		return &consent.InvalidError{Faults: faults}
	}
	ctx, siteID := c.Request().Context(), c.Param("site")
	hash, err := l.keeper.Account(ctx, siteID, asked.Token, "")
	if err != nil {
		return tokenProblem(err)
	}
	subject := consent.Subject(siteID, asked.Secret)
	if err := l.keeper.Link(ctx, siteID, subject, hash); err != nil {
		return err
	}
	answer := schemas.Linked{Subject: subject}
	if answer.Followed, err = l.follow(ctx, c, subject, asked); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, answer)
}

// follow answers the zero value where the browser's choice is its own.
func (l *accountLinks) follow(ctx context.Context, c echo.Context, subject string, asked schemas.Link) (schemas.Followed, error) {
	siteID, agent := c.Param("site"), c.Request().UserAgent()
	notice, err := l.catalog.Notice(ctx, siteID, asked.Notice)
	if errors.Is(err, consent.ErrNotFound) { // Of a script that somebody kept; nothing follows to what nobody knows.
		return schemas.Followed{}, nil
	}
	if err != nil {
		return schemas.Followed{}, err
	}
	known := consent.Circumstances{Site: siteID, Origin: c.Request().Header.Get(echo.HeaderOrigin), Notice: notice, Now: l.visitors.now(),
		GPCHeader: hasGPC(c.Request().Header), Bot: useragent.IsBot(agent), Country: l.visitors.regions.country(c)}
	known.Device, known.Browser = useragent.Describe(agent)
	to := consent.Device{Subject: subject, Notice: asked.Notice, Regime: cmp.Or(asked.Regime, consent.OptIn), Locale: asked.Locale, Page: asked.Page,
		GPC: asked.Gpc || known.GPCHeader}
	followed, follows, err := l.keeper.Follow(ctx, to, known, l.visitors.metrics.recorded)
	if err != nil || !follows {
		return schemas.Followed{}, err
	}
	id := followed.Decision.String()
	return schemas.Followed{DecidedAt: followed.Chosen, Recorded: schemas.Recorded{ID: id, Subject: subject, RecordedAt: followed.Current.RecordedAt,
		Receipt: "/v1/receipts/" + id, Choice: followed.Current.Choice}}, nil
}

// unlink ends the link of the browser whose secret it is. A secret that was never linked is answered the same way.
func (l *accountLinks) unlink(c echo.Context) error {
	var asked schemas.OwnUnlinking
	if err := readJSON(c, &asked); err != nil {
		return err
	}
	if !consent.IsSecret(asked.Secret) {
		return badSecret()
	}
	if err := l.keeper.Unlink(c.Request().Context(), c.Param("site"), consent.Subject(c.Param("site"), asked.Secret)); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// unlinkAccount ends all links of an account, for the site's own server.
func (l *accountLinks) unlinkAccount(c echo.Context) error {
	if _, err := l.catalog.Site(c.Param("site")); err != nil {
		return errUnknownSite
	}
	var asked schemas.AccountUnlinking
	if err := readJSON(c, &asked); err != nil {
		return err
	}
	hash, err := l.keeper.Account(c.Request().Context(), c.Param("site"), asked.Token, linking.ScopeUnlink)
	if err != nil {
		return tokenProblem(err)
	}
	if err := l.keeper.UnlinkAccount(c.Request().Context(), c.Param("site"), hash); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func badSecret() error {
	return &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/secret", Detail: "must be 128 random bits as 22 characters of base64url"}}}
}

func tokenProblem(err error) error {
	var refused *linking.TokenError
	if errors.As(err, &refused) {
		return newProblem(http.StatusUnauthorized, "link-token", "The token is not accepted", refused.Reason)
	}
	return err
}

// copy writes everything that is recorded of the browsers of an account into a file.
func (l *accountLinks) copy(c echo.Context) error {
	var asked schemas.AccountName
	if err := readJSON(c, &asked); err != nil {
		return err
	}
	subjects, err := l.names.subjectsOf(c, asked.Account, asked.Token)
	if err != nil {
		return err
	}
	records := []consent.Record{}
	for _, subject := range subjects {
		some, err := l.desk.Copy(c.Request().Context(), c.Param("site"), subject)
		if err != nil {
			return err
		}
		records = append(records, some...)
	}
	slices.SortStableFunc(records, func(a, b consent.Record) int { return b.RecordedAt.Compare(a.RecordedAt) })
	format := c.QueryParam("format")
	file, mediaType, err := copyOf(c, format, records)
	if err != nil {
		return err
	}
	attach(c, "account", format, len(records), l.visitors.now())
	return c.Blob(http.StatusOK, mediaType, file)
}

// told is how a site's linking stands.
func (l *accountLinks) told(c echo.Context) (schemas.Linking, error) {
	found, err := l.catalog.Site(c.Param("site"))
	if err != nil {
		return schemas.Linking{}, err
	}
	told := schemas.Linking{State: "off", Secrets: []schemas.LinkingSecret{}}
	if found.Linking {
		told.State = "on"
	}
	secrets, err := l.keeper.Secrets(c.Request().Context(), found.ID)
	for _, one := range secrets {
		told.Secrets = append(told.Secrets, schemas.LinkingSecret{CreatedAt: one.Created, Until: one.Until})
	}
	return told, err
}

func (l *accountLinks) settings(c echo.Context) error {
	told, err := l.told(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, told)
}

// turn switches linking on or off. What was linked stays linked, and is of no use while it is off.
func (l *accountLinks) turn(c echo.Context) error {
	var order schemas.LinkingSwitch
	if err := readJSON(c, &order); err != nil {
		return err
	}
	if order.State != "on" && order.State != "off" {
		return badQuery("state", "must be on or off")
	}
	c.Set(concernsKey, order.State)
	told, err := l.told(c)
	if err != nil {
		return err
	}
	if order.State == "on" && len(told.Secrets) == 0 {
		return errNoLinkingSecret
	}
	ctx := c.Request().Context()
	if err := l.publisher.LetLink(ctx, c.Param("site"), order.State == "on"); err != nil {
		return stale(err)
	}
	if err := l.catalog.Refresh(ctx); err != nil {
		return err
	}
	return l.settings(c)
}

// makeSecret makes a secret that the site's server signs with, and tells it this once.
func (l *accountLinks) makeSecret(c echo.Context) error {
	secret, err := l.keeper.MakeSecret(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	told, err := l.told(c)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, schemas.MadeLinkingSecret{Linking: told, Secret: secret})
}
