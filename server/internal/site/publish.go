package site

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // Containers have no time zones of their own.

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/transfer"
)

// Publisher creates sites and publishes notices.
type Publisher struct {
	Registry Registry
	Archive  Archive
	Desk     Desk
	Texts    Texts         // Built-in texts by language.
	Adequate transfer.List // What transfers are judged by.
	Now      func() time.Time
	// Try builds what visitors would get of a notice, so that none is published that cannot be shown.
	Try func(site, noticeID string, n schemas.Notice) error
}

// New is what a new site is made of.
type New struct {
	ID      string // Empty for a random one.
	Name    string
	Origins []string
	Notice  schemas.Notice // As its owner wrote it.

	Demo     bool   // What it holds is made up.
	Plan     Plan   // When a known site's notice takes effect.
	Announce int    // Days ahead that a change is announced; 0 for AnnounceDays.
	TimeZone string // IANA name; empty for UTC.
	By       string // Who publishes; empty for the command line.
}

// Add creates a site with its first notice. The notice is stored before the site that names it, so that a site never
// points at nothing. Bad input is a *consent.InvalidError.
func (p Publisher) Add(ctx context.Context, n New) (schemas.Site, error) {
	if n.ID == "" {
		n.ID = strings.ToLower(rand.Text()[:12])
	}
	known, err := p.Registry.Site(ctx, n.ID)
	if err != nil && !errors.Is(err, consent.ErrNotFound) {
		return schemas.Site{}, err
	}
	return p.publish(ctx, known, n)
}

// publish makes n of the site that is known, which is the zero Site for a new one.
func (p Publisher) publish(ctx context.Context, known schemas.Site, n New) (schemas.Site, error) {
	created, complete, document, err := p.prepare(n)
	if err != nil {
		return schemas.Site{}, err
	}
	if err := p.Try(created.ID, created.Notice, complete); err != nil {
		return schemas.Site{}, fmt.Errorf("try the notice: %w", err)
	}
	if err := p.checkPlan(n.Plan, complete); err != nil {
		return schemas.Site{}, err
	}
	if err := p.Archive.PutNotice(ctx, created.ID, created.Notice, document); err != nil {
		return schemas.Site{}, err
	}
	if !n.Plan.At.IsZero() {
		return p.announce(ctx, known, created.Notice, n.Plan, n.By)
	}
	return p.replace(ctx, known, created, n.Plan, n.By)
}

// replace puts next in the place of known and writes down who published, where another notice is published then. That ends
// an experiment, which compared with the one before.
func (p Publisher) replace(ctx context.Context, known, next schemas.Site, plan Plan, by string) (schemas.Site, error) {
	next.Experiments, next.Announcement, next.Linking = known.Experiments, known.Announcement, known.Linking
	publication := schemas.Publication{}
	if next.Notice != known.Notice {
		if err := unannounced(known); err != nil {
			return schemas.Site{}, err
		}
		publication = schemas.Publication{Notice: next.Notice, At: p.Now().UTC(), By: by, Summary: plan.Summary}
		next = p.ended(known, next, by)
	}
	return next, p.Desk.Publish(ctx, known, next, publication)
}

// Change is what becomes of a site; what is nil or empty stays as it is.
type Change struct {
	Name     string
	Origins  []string
	TimeZone string
	Announce int             // Days.
	Notice   *schemas.Notice // As its owner wrote it.
	Plan     Plan            // When the notice takes effect.
	By       string          // Who changes it; empty for the command line.
}

// Change replaces parts of a site. An earlier notice stays in the archive, because decisions point to it.
func (p Publisher) Change(ctx context.Context, id string, c Change) (schemas.Site, error) {
	known, err := p.Registry.Site(ctx, id)
	if err != nil {
		return schemas.Site{}, err
	}
	wanted := New{ID: id, Name: cmp.Or(c.Name, known.Name), Origins: known.Origins, TimeZone: cmp.Or(c.TimeZone, known.TimeZone), Demo: known.Demo, By: c.By, Plan: c.Plan, Announce: cmp.Or(c.Announce, known.AnnounceDays)}
	if len(c.Origins) > 0 {
		wanted.Origins = c.Origins
	}
	if c.Notice != nil {
		wanted.Notice = *c.Notice
		return p.publish(ctx, known, wanted)
	}
	changed, _, _, err := p.prepare(wanted)
	if err != nil {
		return schemas.Site{}, err
	}
	changed.Notice = known.Notice
	changed.Announcement = known.Announcement
	if err := p.checkPublished(ctx, changed); err != nil {
		return schemas.Site{}, err
	}
	return p.replace(ctx, known, changed, Plan{}, c.By)
}

// LetLink says whether a site's pages may link browsers to its accounts.
func (p Publisher) LetLink(ctx context.Context, id string, may bool) error {
	known, err := p.Registry.Site(ctx, id)
	if err != nil || known.Linking == may {
		return err
	}
	next := known
	next.Linking = may
	return p.Desk.Publish(ctx, known, next, schemas.Publication{})
}

// checkPublished holds a site's origins against the notice that it names, and against the one that it announces.
func (p Publisher) checkPublished(ctx context.Context, s schemas.Site) error {
	if announced := s.Announcement.Notice; announced != "" {
		after := s
		after.Notice, after.Announcement = announced, schemas.Announcement{}
		if err := p.checkPublished(ctx, after); err != nil {
			return err
		}
	}
	n, err := p.notice(ctx, s)
	if err != nil {
		return err
	}
	return checkOrigins(n, s.Origins)
}

func (p Publisher) notice(ctx context.Context, s schemas.Site) (schemas.Notice, error) {
	var n schemas.Notice
	document, err := p.Archive.Notice(ctx, s.ID, s.Notice)
	if err != nil {
		return n, fmt.Errorf("read the published notice: %w", err)
	}
	if err := json.Unmarshal(document, &n); err != nil {
		return n, fmt.Errorf("decode notice %s: %w", s.Notice, err)
	}
	return n, nil
}

// checkOrigins holds a complete notice against where the site's pages are.
func checkOrigins(n schemas.Notice, origins []string) error {
	if err := checkCookieDomain(n, origins); err != nil {
		return err
	}
	return checkOwnHosts(n, origins)
}

// IsCurrent reports whether adding n would leave the site as it is.
func (p Publisher) IsCurrent(known schemas.Site, n New) bool {
	wanted, _, _, err := p.prepare(n)
	return err == nil && known.ID == wanted.ID && known.Name == wanted.Name && known.Notice == wanted.Notice &&
		slices.Equal(known.Origins, wanted.Origins) && (n.TimeZone == "" || known.TimeZone == wanted.TimeZone)
}

// prepare completes and checks everything without storing it.
func (p Publisher) prepare(n New) (prepared schemas.Site, complete schemas.Notice, document []byte, err error) {
	prepared = schemas.Site{ID: n.ID, Name: strings.TrimSpace(n.Name), Origins: []string{}, TimeZone: n.TimeZone, Demo: n.Demo, AnnounceDays: n.Announce}
	if _, err := time.LoadLocation(n.TimeZone); err != nil || n.TimeZone == "Local" {
		return prepared, complete, nil, invalid("/timeZone", fmt.Sprintf("%q is no time zone; write its IANA name, such as Europe/Berlin", n.TimeZone))
	}
	for _, text := range n.Origins {
		origin, err := ParseOrigin(text)
		if err != nil {
			return prepared, complete, nil, invalid("/origins", err.Error())
		}
		prepared.Origins = append(prepared.Origins, origin)
	}
	if complete, err = Complete(n.Notice, p.Texts); err != nil {
		return prepared, complete, nil, err
	}
	if err = checkOrigins(complete, prepared.Origins); err != nil {
		return prepared, complete, nil, err
	}
	if prepared.Notice, document, err = Canonical(complete); err != nil {
		return prepared, complete, nil, err
	}
	return prepared, complete, document, check(prepared)
}

// check holds a site against its schema.
func check(s schemas.Site) error {
	body, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encode site: %w", err)
	}
	return decode("site.schema.json", body, &schemas.Site{})
}
