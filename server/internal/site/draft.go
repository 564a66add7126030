package site

import (
	"context"
	"errors"
	"maps"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Editable returns a complete notice as its owner would write it: without the texts that are built in anyway, which then
// follow the built-in ones again and leave with what they belong to.
func Editable(n schemas.Notice, builtIn Texts) schemas.Notice {
	own := map[string]map[string]string{}
	for lang, texts := range n.Texts {
		texts = maps.Clone(texts)
		maps.DeleteFunc(texts, func(key, text string) bool { return builtIn.For(lang)[key] == text })
		if len(texts) > 0 {
			own[lang] = texts
		}
	}
	n.Texts = own
	return n
}

// Review returns a site's draft, or one made of the published notice where there is none or nobody changed it.
func (p Publisher) Review(ctx context.Context, id string) (schemas.Review, error) {
	known, published, err := p.published(ctx, id)
	if err != nil {
		return schemas.Review{}, err
	}
	d, err := p.draft(ctx, known, published)
	if err != nil {
		return schemas.Review{}, err
	}
	return p.review(known, published, d)
}

// draft returns what is stored, with its base brought up to date: nothing changed since it was published itself, and what
// nobody changed follows the published notice.
func (p Publisher) draft(ctx context.Context, known schemas.Site, published schemas.Notice) (schemas.Draft, error) {
	d, err := p.Desk.Draft(ctx, known.ID)
	if err != nil && !errors.Is(err, consent.ErrNotFound) {
		return d, err
	}
	switch id := p.idOf(d.Notice); {
	case err == nil && id == known.Notice:
		d.Base = known.Notice
	case err != nil || id == d.Base:
		d = schemas.Draft{Revision: d.Revision, Base: known.Notice, Notice: Editable(published, p.Texts)}
	}
	return d, nil
}

// idOf is the id that a notice would be published under; empty where it cannot be.
func (p Publisher) idOf(n schemas.Notice) string {
	complete, err := Complete(n, p.Texts)
	if err != nil {
		return ""
	}
	id, _, _ := Canonical(complete)
	return id
}

func (p Publisher) review(known schemas.Site, published schemas.Notice, d schemas.Draft) (schemas.Review, error) {
	faults, complete, err := p.examine(known, d.Notice)
	if err != nil {
		return schemas.Review{}, err
	}
	differences, err := Differences(Editable(published, p.Texts), Editable(complete, p.Texts))
	if err != nil {
		return schemas.Review{}, err
	}
	touched, err := Touched(published, complete)
	return schemas.Review{Draft: d, Published: known.Notice, Differences: differences, Touched: touched, Findings: p.findingsOf(faults, complete)}, err
}

// examine completes a notice for a site and returns what it is at fault in.
func (p Publisher) examine(known schemas.Site, n schemas.Notice) ([]schemas.Fault, schemas.Notice, error) {
	complete, err := Complete(n, p.Texts)
	if err == nil {
		err = checkOrigins(complete, known.Origins)
	}
	var invalid *consent.InvalidError
	if errors.As(err, &invalid) {
		return invalid.Faults, complete, nil
	}
	return nil, complete, err
}

// Write replaces a site's draft of that revision. What is at fault in it is in the review: a draft may be incomplete. The
// error is consent.ErrConflict where somebody else wrote in between.
func (p Publisher) Write(ctx context.Context, id string, revision int, n schemas.Notice, by string) (schemas.Review, error) {
	known, published, err := p.published(ctx, id)
	if err != nil {
		return schemas.Review{}, err
	}
	before, err := p.draft(ctx, known, published)
	if err != nil {
		return schemas.Review{}, err
	}
	d := schemas.Draft{Revision: revision + 1, Base: before.Base, Notice: n, By: by, At: p.Now().UTC()}
	if err := p.Desk.PutDraft(ctx, id, d); err != nil {
		return schemas.Review{}, err
	}
	return p.review(known, published, d)
}

// Discard begins a site's draft of that revision anew from what is published. The error is consent.ErrConflict where
// somebody else wrote in between.
func (p Publisher) Discard(ctx context.Context, id string, revision int, by string) (schemas.Review, error) {
	known, published, err := p.published(ctx, id)
	if err != nil {
		return schemas.Review{}, err
	}
	d := schemas.Draft{Revision: revision + 1, Base: known.Notice, Notice: Editable(published, p.Texts), By: by, At: p.Now().UTC()}
	if err := p.Desk.PutDraft(ctx, id, d); err != nil {
		return schemas.Review{}, err
	}
	return p.review(known, published, d)
}

// PublishDraft publishes a site's draft of that revision, or announces it, unless the lint forbids it (a *consent.InvalidError) or it is
// not that one any more (consent.ErrConflict).
func (p Publisher) PublishDraft(ctx context.Context, id string, revision int, plan Plan, by string) (schemas.Site, error) {
	r, err := p.Review(ctx, id)
	if err != nil {
		return schemas.Site{}, err
	}
	if r.Draft.Revision != revision {
		return schemas.Site{}, consent.ErrConflict
	}
	if err := Refusal(r.Findings); err != nil {
		return schemas.Site{}, err
	}
	return p.Change(ctx, id, Change{Notice: &r.Draft.Notice, Plan: plan, By: by})
}

// PublishAgain publishes, or announces, a notice that the site showed before, as it was.
func (p Publisher) PublishAgain(ctx context.Context, id, notice string, plan Plan, by string) (schemas.Site, error) {
	known, err := p.Registry.Site(ctx, id)
	if err != nil {
		return schemas.Site{}, err
	}
	if err := p.checkShown(ctx, known, notice); err != nil {
		return schemas.Site{}, err
	}
	next := known
	next.Notice = notice
	if err := p.checkPublished(ctx, next); err != nil {
		return schemas.Site{}, err
	}
	shown, err := p.notice(ctx, next)
	if err != nil {
		return schemas.Site{}, err
	}
	if err := p.checkPlan(plan, shown); err != nil {
		return schemas.Site{}, err
	}
	if !plan.At.IsZero() {
		return p.announce(ctx, known, notice, plan, by)
	}
	return p.replace(ctx, known, next, plan, by)
}

// Publications returns what a site published, oldest first, with what it publishes now from before this was kept.
func (p Publisher) Publications(ctx context.Context, s schemas.Site) ([]schemas.Publication, error) {
	list, err := p.Desk.Publications(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 || list[len(list)-1].Notice != s.Notice {
		list = append(list, schemas.Publication{Notice: s.Notice})
	}
	return list, nil
}

// PublishedAt returns when a site last published a notice; zero where that is not on record.
func (p Publisher) PublishedAt(ctx context.Context, s schemas.Site, notice string) (at time.Time, err error) {
	publications, err := p.Publications(ctx, s)
	for _, one := range publications {
		if one.Notice == notice {
			at = one.At
		}
	}
	return at, err
}

// published returns a site and the notice that it publishes.
func (p Publisher) published(ctx context.Context, id string) (schemas.Site, schemas.Notice, error) {
	known, err := p.Registry.Site(ctx, id)
	if err != nil {
		return known, schemas.Notice{}, err
	}
	n, err := p.notice(ctx, known)
	return known, n, err
}
