package httpapi

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/integration"
	"assent/server/internal/site"
)

// integrations are the systems that are told what visitors decided.
type integrations struct {
	desk    integration.Desk
	catalog *site.Catalog
	tests   *patience
}

func (i *integrations) list(c echo.Context) error {
	all, err := i.desk.List(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	_, isToken := c.Get(bearerKey).(string)
	mayChange := !isToken && userOf(c).May(account.ChangeSite, c.Param("site"))
	answer := []schemas.Integration{}
	for _, one := range all {
		shown := i.shown(one)
		if !mayChange {
			shown.Address = originOf(shown.Address)
		}
		answer = append(answer, shown)
	}
	return c.JSON(http.StatusOK, answer)
}

// originOf leaves out path and query, which for some receivers are a secret.
func originOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return parsed.Scheme + "://" + parsed.Host
}

func (i *integrations) shown(e integration.Entry) schemas.Integration {
	shown := schemas.Integration{ID: e.ID, Name: e.Value.Name, Address: e.Value.URL, Service: e.Value.Service, Description: e.Value.Description,
		Fields: append([]string{}, e.Value.Fields...), Requests: e.Value.Requests, State: e.Value.State, CreatedAt: e.Value.Created}
	for _, one := range e.Value.Secrets {
		if one.Until.After(shown.OldSecretUntil) && one.Until.After(i.desk.Keeper.Now()) {
			shown.OldSecretUntil = one.Until
		}
	}
	return shown
}

// wish reads what an integration is to be, and the notice that it has to be in.
func (i *integrations) wish(c echo.Context) (wish integration.Wish, noticeID string, notice schemas.Notice, err error) {
	var asked schemas.IntegrationWish
	if err = readJSON(c, &asked); err != nil {
		return wish, "", notice, err
	}
	wish = integration.Wish{Name: asked.Name, URL: asked.Address, Service: asked.Service, Description: asked.Description, Fields: asked.Fields, Requests: asked.Requests}
	c.Set(concernsKey, asked.Name)
	noticeID, notice, err = i.catalog.Current(c.Request().Context(), c.Param("site"))
	return wish, noticeID, notice, err
}

func (i *integrations) preview(c echo.Context) error {
	wish, noticeID, notice, err := i.wish(c)
	if err != nil {
		return err
	}
	body, service, err := i.desk.Preview(c.Param("site"), wish, noticeID, notice)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, schemas.IntegrationSample{Body: string(body), Service: service})
}

func (i *integrations) connect(c echo.Context) error {
	wish, _, notice, err := i.wish(c)
	if err != nil {
		return err
	}
	made, secret, err := i.desk.Connect(c.Request().Context(), c.Param("site"), wish, notice)
	if err != nil {
		return err
	}
	return i.tellSecret(c, http.StatusCreated, made, secret)
}

func (i *integrations) tellSecret(c echo.Context, status int, made integration.Entry, secret string) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(status, schemas.ConnectedIntegration{Integration: i.shown(made), Secret: secret})
}

func (i *integrations) change(c echo.Context) error {
	wish, _, notice, err := i.wish(c)
	if err != nil {
		return err
	}
	changed, err := i.desk.Change(c.Request().Context(), c.Param("site"), c.Param("integration"), wish, notice)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, i.shown(changed))
}

// found is the integration that a request names, which the trail calls by its name.
func (i *integrations) found(c echo.Context) (integration.Entry, error) {
	entry, err := i.desk.Get(c.Request().Context(), c.Param("site"), c.Param("integration"))
	if err == nil {
		c.Set(concernsKey, entry.Value.Name)
	}
	return entry, err
}

func (i *integrations) remove(c echo.Context) error {
	entry, err := i.found(c)
	if err != nil {
		return err
	}
	if err := i.desk.Remove(c.Request().Context(), entry.Site, entry.ID); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (i *integrations) turn(c echo.Context) error {
	var order schemas.IntegrationSwitch
	if err := readJSON(c, &order); err != nil {
		return err
	}
	if order.State != integration.On && order.State != integration.Off {
		return badQuery("state", "must be on or off")
	}
	entry, err := i.found(c)
	if err != nil {
		return err
	}
	c.Set(concernsKey, entry.Value.Name+": "+order.State)
	_, notice, err := i.catalog.Current(c.Request().Context(), entry.Site)
	if err != nil {
		return err
	}
	changed, err := i.desk.Switch(c.Request().Context(), entry.Site, entry.ID, order.State, notice)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, i.shown(changed))
}

func (i *integrations) renew(c echo.Context) error {
	entry, err := i.found(c)
	if err != nil {
		return err
	}
	changed, secret, err := i.desk.Rotate(c.Request().Context(), entry.Site, entry.ID)
	if err != nil {
		return err
	}
	return i.tellSecret(c, http.StatusOK, changed, secret)
}

// testTime is more than a test waits for its receiver.
const testTime = 14 * time.Second

func (i *integrations) test(c echo.Context) error {
	if err := i.tests.take(c, "Too many tests", "Nothing was sent. Test again after the time that Retry-After gives."); err != nil {
		return err
	}
	entry, err := i.found(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), testTime)
	defer cancel()
	noticeID, notice, err := i.catalog.Current(ctx, entry.Site)
	if err != nil {
		return err
	}
	attempt, err := i.desk.Try(ctx, entry.Site, entry.ID, noticeID, notice)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, shownAttempt(attempt))
}

func (i *integrations) deliveries(c echo.Context) error {
	entry, err := i.found(c)
	if err != nil {
		return err
	}
	told, err := i.desk.Told(c.Request().Context(), entry.Site, entry.ID)
	if err != nil {
		return err
	}
	answer := schemas.Deliveries{Recent: []schemas.Attempt{}, Waiting: shownLetters(told.Waiting), Dead: shownLetters(told.Dead)}
	for _, one := range told.Recent {
		answer.Recent = append(answer.Recent, shownAttempt(one))
	}
	return c.JSON(http.StatusOK, answer)
}

func (i *integrations) replay(c echo.Context) error {
	var order schemas.Replay
	if err := readJSON(c, &order); err != nil {
		return err
	}
	entry, err := i.found(c)
	if err != nil {
		return err
	}
	letters, err := i.desk.Replay(c.Request().Context(), entry.Site, entry.ID, order.Subject)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, schemas.Replayed{Letters: letters})
}

func shownAttempt(a integration.Attempt) schemas.Attempt {
	return schemas.Attempt{At: a.At, Event: a.Event, Type: a.Type, Status: a.Status, Reason: a.Reason, Milliseconds: int(a.Took.Milliseconds()), Subject: a.Subject}
}

func shownLetters(letters []integration.Letter) []schemas.Letter {
	shown := []schemas.Letter{}
	for _, one := range letters {
		letter := schemas.Letter{Subject: one.Subject, Event: one.Event, Type: one.Type, RecordedAt: one.Recorded, At: one.At, Attempts: one.Attempts}
		if !one.Last.At.IsZero() {
			letter.Last = shownAttempt(one.Last)
		}
		shown = append(shown, letter)
	}
	return shown
}
