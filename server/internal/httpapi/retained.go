package httpapi

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/register"
	"assent/server/internal/retention"
)

var errHoldEnded = newProblem(http.StatusConflict, "hold-ended", "The hold has ended already", "Nothing was changed. Load the page again.")

// Retained tells for how long things are kept, and keeps legal holds.
type Retained struct {
	Keeper retention.Keeper
	Holds  retention.Holds
}

// retained is that over HTTP.
type retained struct {
	Retained
	erasures *erasures // Knows whose a receipt is.
	now      func() time.Time
}

// show answers what is kept about a site, and the server.
func (r *retained) show(c echo.Context) error {
	ctx, siteID := c.Request().Context(), c.Param("site")
	answer := schemas.Retention{Classes: []schemas.RetainedClass{}, Holds: []schemas.LegalHold{}, Deletions: []schemas.DeletionRecord{}}
	for _, of := range []string{siteID, retention.Everywhere} {
		plan, err := r.Keeper.PlanOf(ctx, of)
		if err != nil {
			return err
		}
		announced, err := r.Keeper.Announcements(ctx, of)
		if err != nil {
			return err
		}
		own, err := r.Keeper.Own(ctx, of)
		if err != nil {
			return err
		}
		for _, item := range plan {
			class := classOf(item, announced)
			rule, _ := retention.RuleOf(item.Class)
			_, class.Own = own[item.Class]
			class.Usual, class.Least, class.Most = r.Keeper.Usual(rule), rule.Least, rule.Most
			answer.Classes = append(answer.Classes, class)
		}
		records, err := r.Keeper.Deletions(ctx, of)
		if err != nil {
			return err
		}
		for _, record := range records {
			answer.Deletions = append(answer.Deletions, deletionOf(record.Value))
		}
	}
	slices.SortFunc(answer.Deletions, func(a, b schemas.DeletionRecord) int { return b.StartedAt.Compare(a.StartedAt) })
	holds, err := r.Holds.List(ctx, siteID)
	if err != nil {
		return err
	}
	for _, hold := range holds {
		answer.Holds = append(answer.Holds, r.holdOf(hold))
	}
	slices.SortFunc(answer.Holds, func(a, b schemas.LegalHold) int {
		if a.InForce != b.InForce {
			return map[bool]int{true: -1, false: 1}[a.InForce]
		}
		return b.CreatedAt.Compare(a.CreatedAt)
	})
	return c.JSON(http.StatusOK, answer)
}

func classOf(item retention.Item, announced []register.Entry[retention.Announcement]) schemas.RetainedClass {
	class := schemas.RetainedClass{Class: string(item.Class), Days: item.Days, Everywhere: item.Site == retention.Everywhere, Held: item.Held, Months: []schemas.MonthCount{}}
	if item.Days == retention.Forever {
		return class
	}
	class.Before = item.Before
	for _, month := range item.Months {
		class.Months = append(class.Months, schemas.MonthCount{Month: month.Month, Count: month.Count})
	}
	for _, one := range announced {
		if one.Value.Class == item.Class {
			class.Announced = schemas.AnnouncedDeletion{AnnouncedAt: one.Value.Announced, Due: one.Value.Due, Count: retention.Item{Months: one.Value.Months}.Count()}
		}
	}
	return class
}

func deletionOf(d retention.Deletion) schemas.DeletionRecord {
	return schemas.DeletionRecord{Class: string(d.Class), Before: d.Before, By: d.By, StartedAt: d.Started, FinishedAt: d.Finished, Stock: d.Stock, Removed: d.Removed, Verified: d.Verified}
}

func (r *retained) holdOf(entry register.Entry[retention.Hold]) schemas.LegalHold {
	h := entry.Value
	hold := schemas.LegalHold{ID: entry.ID, Extent: "site", Reason: h.Reason, Author: h.Author, CreatedAt: h.Created, End: h.End, InForce: h.InForce(r.now()),
		EndedAt: h.Released, EndedBy: h.EndedBy, Because: h.Because}
	switch {
	case h.IsPeriod():
		hold.Extent, hold.From, hold.To = "period", h.From, h.To
	case h.Subject != "":
		hold.Extent = "visitor"
	}
	return hold
}

// setPeriods gives a site periods of its own.
func (r *retained) setPeriods(c echo.Context) error {
	var wanted schemas.OwnPeriods
	if err := readJSON(c, &wanted); err != nil {
		return err
	}
	own := retention.Periods{}
	for class, days := range wanted.Days {
		own[retention.Class(class)] = days
		rule, isKnown := retention.RuleOf(retention.Class(class))
		switch {
		case !isKnown || rule.IsEverywhere:
			return &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/days/" + class, Detail: retention.ErrClass.Error()}}}
		case days != retention.Forever && (days < rule.Least || days > rule.Most):
			return &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/days/" + class, Detail: fmt.Sprintf("has to be from %d to %d, or 0 for no end", rule.Least, rule.Most)}}}
		}
	}
	if err := r.Keeper.SetOwn(c.Request().Context(), c.Param("site"), own); err != nil {
		return err
	}
	return r.show(c)
}

// hold puts a hold into force.
func (r *retained) hold(c echo.Context) error {
	var order schemas.HoldOrder
	if err := readJSON(c, &order); err != nil {
		return err
	}
	hold := retention.Hold{Reason: strings.TrimSpace(order.Reason), Author: userOf(c).Email}
	var faults []schemas.Fault
	day := func(pointer, text string, plus int) time.Time {
		if text == "" {
			return time.Time{}
		}
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			faults = append(faults, schemas.Fault{Pointer: pointer, Detail: "is no day such as 2026-12-31"})
		}
		return at.AddDate(0, 0, plus)
	}
	hold.From, hold.To, hold.End = day("/from", order.From, 0), day("/to", order.To, 1), day("/end", order.End, 1)
	fault := func(is bool, pointer, detail string) {
		if is {
			faults = append(faults, schemas.Fault{Pointer: pointer, Detail: detail})
		}
	}
	fault(hold.Reason == "", "/reason", "says why the data must be kept; write it")
	fault(order.Receipt != "" && hold.IsPeriod(), "/receipt", "is beside a period: set two holds for both")
	fault(hold.IsPeriod() && !hold.From.Before(hold.To), "/to", "is no later than the first day; give both days of the period")
	fault(!hold.End.IsZero() && !r.now().Before(hold.End), "/end", "is over already; give a day to come, or none")
	if len(faults) > 0 {
		return &consent.InvalidError{Faults: faults}
	}
	if order.Receipt != "" {
		subject, err := r.erasures.subjectOf(c, schemas.ErasureOrder{Receipt: order.Receipt})
		if err != nil {
			return err
		}
		hold.Subject = subject
	}
	id, err := r.Holds.Set(c.Request().Context(), c.Param("site"), hold)
	if err != nil {
		return err
	}
	c.Set(concernsKey, id)
	return r.show(c)
}

// release ends one.
func (r *retained) release(c echo.Context) error {
	var order schemas.HoldEnd
	if err := readJSON(c, &order); err != nil {
		return err
	}
	because, id := strings.TrimSpace(order.Because), c.Param("hold")
	if because == "" {
		return &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/because", Detail: "says why the hold ends; write it"}}}
	}
	c.Set(concernsKey, id)
	err := r.Holds.Release(c.Request().Context(), c.Param("site"), id, userOf(c).Email, because)
	if errors.Is(err, retention.ErrReleased) {
		return errHoldEnded
	}
	if err != nil {
		return err
	}
	return r.show(c)
}
