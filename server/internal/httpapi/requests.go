package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/exporting"
	"assent/server/internal/ratelimit"
	"assent/server/internal/requests"
)

var (
	errRequestClosed = newProblem(http.StatusConflict, "request-closed", "The request is closed or being done",
		"Nothing was changed. Load the request again and see its history.")
	errNotHonoured = newProblem(http.StatusConflict, "nothing-to-lift", "The request limits nothing",
		"Only a restriction or an objection that was done, and was not lifted, can be lifted. One that is open is refused instead.")
	errRequestExtended = newProblem(http.StatusConflict, "request-extended", "The request was put off before",
		"A request is put off once (GDPR, article 12(3)). Do it, or refuse it with a reason.")
)

// requestDesk registers what visitors ask for as data subjects, and does it.
type requestDesk struct {
	desk        *requests.Desk
	erasures    *erasures
	processings *processings
	limits      *limits
	now         func() time.Time
}

// own takes a request from the visitor's own browser, which proves by its secret whose it is. What the server can do by
// itself is done at once; the rest waits for the site's people.
func (r *requestDesk) own(c echo.Context) error {
	if err := r.limits.take(c, r.limits.networkOf(c), ratelimit.Refusal); err != nil {
		return err
	}
	var order schemas.OwnRequest
	if err := readJSON(c, &order); err != nil {
		return err
	}
	faults := kindFaults(order.Kind, order.About)
	if !consent.IsSecret(order.Secret) {
		faults = append(faults, schemas.Fault{Pointer: "/secret", Detail: "must be 128 random bits as 22 characters of base64url"})
	}
	if len(faults) > 0 {
		return &consent.InvalidError{Faults: faults}
	}
	return r.take(c, consent.Subject(c.Param("site"), order.Secret), order.Kind, order.About)
}

// take takes a request of a visitor who has proved which subject's it is.
func (r *requestDesk) take(c echo.Context, subject, kind, about string) error {
	ctx, siteID := c.Request().Context(), c.Param("site")
	opened, err := r.desk.Open(ctx, requests.Asked{Site: siteID, Subject: subject, Kind: kind, How: requests.SelfService, Identity: "secret", About: about})
	if err != nil {
		return requestProblem(err)
	}
	if requests.IsAutomatic(kind) {
		if opened.Value, err = r.desk.Act(ctx, siteID, opened.ID, "", ""); err != nil {
			return requestProblem(err)
		}
	}
	answer := schemas.OwnRequestAnswer{Request: r.written(opened)}
	switch kind {
	case requests.Access:
		records, err := r.desk.Copy(ctx, siteID, subject)
		if err != nil {
			return err
		}
		for _, record := range records {
			answer.Decisions = append(answer.Decisions, record.Receipt())
		}
	case requests.Information:
		record, err := r.processings.of(c)
		if err != nil {
			return err
		}
		answer.Processing = record
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, answer)
}

func kindFaults(kind, about string) []schemas.Fault {
	var faults []schemas.Fault
	if !slices.Contains(requests.Kinds, kind) {
		faults = append(faults, schemas.Fault{Pointer: "/kind", Detail: fmt.Sprintf("is none of %s", strings.Join(requests.Kinds, ", "))})
	}
	return append(faults, wordFaults("/about", about, 0, 1000)...)
}

func wordFaults(pointer, text string, least, most int) []schemas.Fault {
	if length := len([]rune(strings.TrimSpace(text))); length < least || length > most {
		return []schemas.Fault{{Pointer: pointer, Detail: fmt.Sprintf("must have %d to %d characters", least, most)}}
	}
	return nil
}

// list answers the requests of a site, the most urgent first.
func (r *requestDesk) list(c echo.Context) error {
	all, err := r.desk.List(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	answer := []schemas.Request{}
	for _, one := range all {
		answer = append(answer, r.written(one))
	}
	return c.JSON(http.StatusOK, answer)
}

// register takes a request that reached the site's people, who checked who asks.
func (r *requestDesk) register(c echo.Context) error {
	var order schemas.NewRequest
	if err := readJSON(c, &order); err != nil {
		return err
	}
	if faults := append(kindFaults(order.Kind, order.About), wordFaults("/identity", order.Identity, 1, 200)...); len(faults) > 0 {
		return &consent.InvalidError{Faults: faults}
	}
	subject, err := r.erasures.subjectOf(c, schemas.ErasureOrder{Receipt: order.Receipt})
	if err != nil {
		return err
	}
	opened, err := r.desk.Open(c.Request().Context(), requests.Asked{Site: c.Param("site"), Subject: subject, Kind: order.Kind,
		How: requests.Officer, Identity: strings.TrimSpace(order.Identity), About: order.About, Who: userOf(c).Email})
	if err != nil {
		return requestProblem(err)
	}
	c.Set(concernsKey, order.Kind+" "+opened.ID)
	return c.JSON(http.StatusOK, r.written(opened))
}

// one answers a request, as data or as the document that closes it.
func (r *requestDesk) one(c echo.Context) error {
	one, err := r.named(c)
	if err != nil {
		return err
	}
	found, answer := one.Value, r.written(one)
	switch format := c.QueryParam("format"); format {
	case "":
		return c.JSON(http.StatusOK, answer)
	case "json":
		attach(c, "request-"+one.ID, format, len(found.Effects), r.now())
		return c.JSON(http.StatusOK, answer)
	case "html":
		lang, err := languageOf(c)
		if err != nil {
			return err
		}
		var page bytes.Buffer
		if err := requests.WritePage(&page, found, one.Site, one.ID, lang); err != nil {
			return err
		}
		attach(c, "request-"+one.ID, format, len(found.Effects), r.now())
		return c.Blob(http.StatusOK, echo.MIMETextHTMLCharsetUTF8, page.Bytes())
	default:
		return badQuery("format", fmt.Sprintf("%q is none of json, html", format))
	}
}

// named is the request that is asked for by its reference, or by the id of its closing document, as integrations are told it.
func (r *requestDesk) named(c echo.Context) (requests.Registered, error) {
	ctx, siteID, id := c.Request().Context(), c.Param("site"), c.Param("request")
	found, err := r.desk.Get(ctx, siteID, id)
	if errors.Is(err, consent.ErrNotFound) {
		return r.desk.ByDocument(ctx, siteID, id)
	}
	return requests.Registered{Site: siteID, ID: id, Value: found}, err
}

// copy writes everything that is recorded of the request's visitor into a file, to be handed over.
func (r *requestDesk) copy(c echo.Context) error {
	format := c.QueryParam("format")
	c.Set(concernsKey, strings.TrimSpace(c.Param("request")+" "+format))
	found, err := r.desk.Get(c.Request().Context(), c.Param("site"), c.Param("request"))
	if err != nil {
		return err
	}
	if found.Subject == "" {
		return consent.ErrNotFound
	}
	records, err := r.desk.Copy(c.Request().Context(), c.Param("site"), found.Subject)
	if err != nil {
		return err
	}
	file, mediaType, err := copyOf(c, format, records)
	if err != nil {
		return err
	}
	attach(c, "request-"+c.Param("request"), format, len(records), r.now())
	return c.Blob(http.StatusOK, mediaType, file)
}

// copyOf writes decisions for whoever they are of: as a page to be read, or for programs.
func copyOf(c echo.Context, format string, records []consent.Record) ([]byte, string, error) {
	var file bytes.Buffer
	switch format {
	case "html":
		lang, err := languageOf(c)
		if err != nil {
			return nil, "", err
		}
		return asFile(&file, echo.MIMETextHTMLCharsetUTF8, requests.WriteCopy(&file, records, lang))
	case "json":
		receipts := make([]schemas.Receipt, len(records))
		for i, record := range records {
			receipts[i] = record.Receipt()
		}
		return asFile(&file, echo.MIMEApplicationJSON, json.NewEncoder(&file).Encode(receipts))
	case exporting.CSV, exporting.NDJSON:
		rows := make([]exporting.Decision, len(records))
		for i, record := range records {
			rows[i] = exporting.DecisionOf(record)
		}
		return asFile(&file, exporting.MediaType(format), exporting.All(&file, format, rows))
	}
	return nil, "", badQuery("format", fmt.Sprintf("%q is none of csv, ndjson, json, html", format))
}

func asFile(file *bytes.Buffer, mediaType string, err error) ([]byte, string, error) {
	return file.Bytes(), mediaType, err
}

// step does something about a request.
func (r *requestDesk) step(c echo.Context) error {
	var order schemas.RequestOrder
	if err := readJSON(c, &order); err != nil {
		return err
	}
	ctx, siteID, id, who := c.Request().Context(), c.Param("site"), c.Param("request"), userOf(c).Email
	c.Set(concernsKey, strings.TrimSpace(id+" "+order.Step))
	found, err := r.desk.Get(ctx, siteID, id)
	if err != nil {
		return err
	}
	least := 1
	if order.Step == "act" && requests.IsAutomatic(found.Kind) {
		least = 0
	}
	if faults := wordFaults("/reason", order.Reason, least, 1000); len(faults) > 0 {
		return &consent.InvalidError{Faults: faults}
	}
	switch order.Step {
	case "act":
		found, err = r.desk.Act(ctx, siteID, id, who, order.Reason)
	case "refuse":
		found, err = r.desk.Refuse(ctx, siteID, id, who, order.Reason)
	case "extend":
		found, err = r.desk.Extend(ctx, siteID, id, who, order.Reason, order.Days)
	case "lift":
		found, err = r.desk.Lift(ctx, siteID, id, who, order.Reason)
	default:
		return &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/step", Detail: "is none of act, extend, refuse, lift"}}}
	}
	if err != nil {
		return requestProblem(err)
	}
	return c.JSON(http.StatusOK, r.written(requests.Registered{Site: siteID, ID: id, Value: found}))
}

// deadline answers how long the site's requests may take.
func (r *requestDesk) deadline(c echo.Context) error {
	deadline, err := r.desk.Deadline(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, deadline)
}

// setDeadline says how long requests that come from now on may take.
func (r *requestDesk) setDeadline(c echo.Context) error {
	var deadline schemas.RequestDeadline
	if err := readJSON(c, &deadline); err != nil {
		return err
	}
	c.Set(concernsKey, fmt.Sprintf("%d+%d", deadline.Days, deadline.ExtraDays))
	if err := r.desk.SetDeadline(c.Request().Context(), c.Param("site"), deadline); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, deadline)
}

func requestProblem(err error) error {
	switch {
	case errors.Is(err, requests.ErrClosed):
		return errRequestClosed
	case errors.Is(err, requests.ErrExtended):
		return errRequestExtended
	case errors.Is(err, requests.ErrNotHonoured):
		return errNotHonoured
	case errors.Is(err, requests.ErrNothing):
		return errNoReceipt
	}
	return err
}

func (r *requestDesk) written(one requests.Registered) schemas.Request {
	v, now := one.Value, r.now()
	answer := schemas.Request{Reference: one.ID, Site: one.Site, Kind: v.Kind, State: v.State, How: v.How, Identity: v.Identity, About: v.About, Due: v.Due,
		Overdue: v.IsOverdue(now), Soon: v.IsSoon(now), Honoured: v.IsHonoured(), Receipts: v.Receipts, History: []schemas.RequestStep{}, Effects: []schemas.RequestEffect{}}
	for _, s := range v.History {
		answer.History = append(answer.History, schemas.RequestStep(s))
	}
	for _, e := range v.Effects {
		answer.Effects = append(answer.Effects, schemas.RequestEffect(e))
	}
	return answer
}
