package httpapi

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/auditing"
	"assent/server/internal/site"
)

// audits show single decisions to whoever has to account for them.
type audits struct {
	ledger  auditing.Ledger
	catalog *site.Catalog
}

// searchable are the parameters of a search. The trail tells which of them were used and not their values: it outlives an
// erasure, and a subject is somebody.
var searchable = []string{"receipt", "subject", "from", "to", "notice", "action", "granted", "refused"}

// search answers a page of a site's decisions, the last recorded first.
func (a *audits) search(c echo.Context) error {
	found, err := a.catalog.Site(c.Param("site"))
	if err != nil {
		return err
	}
	query := c.QueryParams()
	isUnused := func(name string) bool { return query.Get(name) == "" }
	c.Set(concernsKey, strings.Join(slices.DeleteFunc(slices.Clone(searchable), isUnused), ", "))
	filter, err := filterOf(found, query)
	if err != nil {
		return err
	}
	records, err := a.ledger.Search(c.Request().Context(), filter, auditing.PageSize)
	if err != nil {
		return err
	}
	answer := schemas.Found{Decisions: []schemas.Receipt{}}
	for _, record := range records {
		answer.Decisions = append(answer.Decisions, record.Receipt())
	}
	if len(records) == auditing.PageSize {
		answer.Next = auditing.PlaceOf(records[len(records)-1]).String()
	}
	return c.JSON(http.StatusOK, answer)
}

// filterOf reads a query. Days are the site's.
func filterOf(s schemas.Site, query url.Values) (auditing.Filter, error) {
	f := auditing.Filter{Site: s.ID, Subject: query.Get("subject"), Notice: query.Get("notice"), Action: query.Get("action"),
		Granted: query.Get("granted"), Refused: query.Get("refused")}
	var err error
	if receipt := receiptOf(query.Get("receipt")); receipt != "" {
		if f.ID, err = uuid.Parse(receipt); err != nil {
			return f, badQuery("receipt", "is not the id of a receipt, such as 0198c6b2-5a3e-7c1d-9f00-2b1c3d4e5f60")
		}
	}
	if before := query.Get("before"); before != "" {
		if f.Before, err = auditing.ParsePlace(before); err != nil {
			return f, badQuery("before", "is not what an answer gave as next")
		}
	}
	f.From, f.To, err = daysOf(s, query)
	return f, err
}

// receiptOf takes an id out of what somebody may paste: the id itself, or an address of the receipt.
func receiptOf(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '/')+1:]
}

// daysOf reads from and to, days of the site's time zone, both included. Zero times mean no bound.
func daysOf(s schemas.Site, query url.Values) (from, to time.Time, err error) {
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return from, to, fmt.Errorf("time zone of site %s: %w", s.ID, err)
	}
	if from, err = dayIn(zone, query, "from", 0); err != nil {
		return from, to, err
	}
	if to, err = dayIn(zone, query, "to", 1); err != nil {
		return from, to, err
	}
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		err = badQuery("from", "is later than to: swap them")
	}
	return from, to, err
}
