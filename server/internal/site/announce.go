package site

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"assent/schemas"
	"assent/server/internal/consent"
)

const (
	// AnnounceDays is how long ahead visitors hear of a change unless the site says otherwise.
	AnnounceDays = 30
	// mostAnnounceDays is the longest; what lies further ahead will have changed until then.
	mostAnnounceDays = 366
	// mostSummary is the longest summary in one language, in characters.
	mostSummary = 2000
	// effectInterval is how often servers look whether an announced notice is due.
	effectInterval = 5 * time.Second
)

// Plan is when a notice takes effect and what is said of it.
type Plan struct {
	At      time.Time         // Zero for at once.
	Summary map[string]string // What changes, in the owner's words, by language.
}

// checkPlan holds a plan against the notice that it is for.
func (p Publisher) checkPlan(plan Plan, n schemas.Notice) error {
	var faults []schemas.Fault
	now := p.Now()
	if !plan.At.IsZero() && !plan.At.After(now) {
		faults = append(faults, schemas.Fault{Pointer: "/at", Detail: "is over: choose a time to come, or leave it out to publish at once"})
	}
	if plan.At.After(now.AddDate(0, 0, mostAnnounceDays)) {
		faults = append(faults, schemas.Fault{Pointer: "/at", Detail: fmt.Sprintf("is more than %d days ahead: announce it later", mostAnnounceDays)})
	}
	for language, text := range plan.Summary {
		pointer := "/summary/" + language
		switch {
		case !slices.Contains(n.Languages, language):
			faults = append(faults, schemas.Fault{Pointer: pointer, Detail: "is in no language of the notice: use one of " + strings.Join(n.Languages, ", ")})
		case strings.TrimSpace(text) == "":
			faults = append(faults, schemas.Fault{Pointer: pointer, Detail: "is empty: leave it out"})
		case utf8.RuneCountInString(text) > mostSummary:
			faults = append(faults, schemas.Fault{Pointer: pointer, Detail: fmt.Sprintf("has more than %d characters: shorten it", mostSummary)})
		case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }):
			faults = append(faults, schemas.Fault{Pointer: pointer, Detail: "has control characters: leave them out"})
		}
	}
	if len(faults) == 0 {
		return nil
	}
	slices.SortFunc(faults, func(a, b schemas.Fault) int { return cmp.Compare(a.Pointer, b.Pointer) })
	return &consent.InvalidError{Faults: faults}
}

// announce keeps a stored notice for later, and tells everybody so until then. What visitors are asked stays the same.
func (p Publisher) announce(ctx context.Context, known schemas.Site, notice string, plan Plan, by string) (schemas.Site, error) {
	if notice == known.Notice {
		return schemas.Site{}, invalid("", "changes nothing: it is what the site publishes")
	}
	if err := unannounced(known); err != nil {
		return schemas.Site{}, err
	}
	next := known
	next.Announcement = schemas.Announcement{Notice: notice, At: plan.At.UTC(), AnnouncedAt: p.Now().UTC(), By: by, Summary: plan.Summary}
	return next, p.Desk.Publish(ctx, known, next, schemas.Publication{})
}

// unannounced refuses to go past a change that visitors were told to expect.
func unannounced(known schemas.Site) error {
	if known.Announcement.Notice == "" {
		return nil
	}
	return invalid("", fmt.Sprintf("another notice is announced for %s: withdraw the announcement first", known.Announcement.At.Format(time.RFC3339)))
}

// WithdrawAnnouncement gives up a change before it takes effect. The draft has it still. The error is consent.ErrNotFound
// where none is announced.
func (p Publisher) WithdrawAnnouncement(ctx context.Context, id string) (schemas.Site, error) {
	known, err := p.Registry.Site(ctx, id)
	if err != nil {
		return schemas.Site{}, err
	}
	if known.Announcement.Notice == "" {
		return schemas.Site{}, consent.ErrNotFound
	}
	next := known
	next.Announcement = schemas.Announcement{}
	return next, p.Desk.Publish(ctx, known, next, schemas.Publication{})
}

// TakeEffect publishes what a site announced, if it is due. Of several servers that try one does it; the others get
// consent.ErrConflict.
func (p Publisher) TakeEffect(ctx context.Context, id string) error {
	known, err := p.Registry.Site(ctx, id)
	if err != nil {
		return err
	}
	due := known.Announcement
	if due.Notice == "" || due.At.After(p.Now()) {
		return nil
	}
	next := known
	next.Notice, next.Announcement = due.Notice, schemas.Announcement{}
	next = p.ended(known, next, due.By)
	return p.Desk.Publish(ctx, known, next,
		schemas.Publication{Notice: due.Notice, At: p.Now().UTC(), By: due.By, AnnouncedAt: due.AnnouncedAt, Summary: due.Summary})
}

// KeepAnnounced makes announced notices take effect on their time, until ctx ends. Sites that are known to c are looked at.
func (p Publisher) KeepAnnounced(ctx context.Context, c *Catalog, log *slog.Logger) {
	ticker := time.NewTicker(effectInterval)
	defer ticker.Stop()
	for {
		for _, s := range c.Sites() {
			if s.Announcement.Notice == "" || s.Announcement.At.After(p.Now()) {
				continue
			}
			switch err := p.TakeEffect(ctx, s.ID); {
			case err == nil:
				log.Info("an announced notice took effect", "site", s.ID, "notice", s.Announcement.Notice)
			case !errors.Is(err, consent.ErrConflict) && ctx.Err() == nil:
				log.Warn("an announced notice cannot take effect yet; it is tried again", "site", s.ID, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Touched returns the names of the services of after that receive something else, or elsewhere, than visitors of before
// could grant. Whoever granted one of them is asked for it again, nobody else.
func Touched(before, after schemas.Notice) ([]string, error) {
	had, err := consent.Marks(before)
	if err != nil {
		return nil, err
	}
	has, err := consent.Marks(after)
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, s := range after.Services {
		if mark := has[s.ID]; mark != "" && mark != had[s.ID] {
			names = append(names, cmp.Or(s.Name, s.ID))
		}
	}
	return names, nil
}
