package snippetbuild

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/register"
)

// noteAttempts bounds how often a note begins anew because another server was faster. Of those that meet, one gets through
// each time.
const noteAttempts = 64

// Editions remember scripts beside the notices that they show, for receipts and for whoever wants to see them again. A notice never changes, but
// its script does: another version of this program builds another one, and so does an announcement.
type Editions struct {
	Store register.Store
	Now   func() time.Time
}

// Edition is the scripts of one notice for visitors of one regime, and for those who consent alone from one age.
type Edition struct {
	Site, Notice, Regime string

	Age int // 0 where none is asked.
}

// book has the scripts of each edition, in the order in which they were given.
func (e Editions) book() register.Book[[]schemas.StatedScript] {
	return register.Book[[]schemas.StatedScript]{Store: e.Store, Kind: "edition"}
}

func (e Edition) id() string {
	if e.Age == 0 {
		return e.Notice + "." + e.Regime
	}
	return fmt.Sprintf("%s.%s.%d", e.Notice, e.Regime, e.Age)
}

// Published is an edition's scripts, in the order in which they were given.
type Published struct {
	Notice  string                 `json:"notice"`
	Regime  string                 `json:"regime"`
	Age     string                 `json:"age,omitempty"` // That was asked for.
	Scripts []schemas.StatedScript `json:"scripts"`
}

// Of returns all editions of a site's notices, by notice and regime.
func (e Editions) Of(ctx context.Context, site string) ([]Published, error) {
	entries, err := e.book().List(ctx, site)
	if err != nil {
		return nil, fmt.Errorf("read editions of site %s: %w", site, err)
	}
	all := make([]Published, len(entries))
	for i, entry := range entries {
		notice, rules, _ := strings.Cut(entry.ID, ".")
		regime, age, _ := strings.Cut(rules, ".")
		all[i] = Published{Notice: notice, Regime: regime, Age: age, Scripts: entry.Value}
	}
	return all, nil
}

// Note implements Annals.
func (e Editions) Note(ctx context.Context, of Edition, script Script) error {
	book := e.book()
	for range noteAttempts {
		entry, err := book.Entry(ctx, of.Site, of.id())
		if err != nil {
			return fmt.Errorf("read editions of notice %s: %w", of.Notice, err)
		}
		next := schemas.StatedScript{Hash: script.Hash, Integrity: script.SRI, Since: e.Now().UTC().Truncate(time.Microsecond)}
		if last := len(entry.Value) - 1; last >= 0 {
			if entry.Value[last].Hash == script.Hash {
				return nil
			}
			if next.Since.Before(entry.Value[last].Since) { // Noted by a machine whose clock is ahead.
				next.Since = entry.Value[last].Since
			}
		}
		entry.Value = append(entry.Value, next)
		document, err := book.Next(entry)
		if err != nil {
			return err
		}
		if err := e.Store.PutDocument(ctx, document); !errors.Is(err, consent.ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("note edition of notice %s: met another note %d times: %w", of.Notice, noteAttempts, consent.ErrUnavailable)
}

// At returns the script that was current at a time, or consent.ErrNotFound where none is on record for it.
func (e Editions) At(ctx context.Context, of Edition, at time.Time) (schemas.StatedScript, error) {
	scripts, err := e.book().Get(ctx, of.Site, of.id())
	if err != nil {
		return schemas.StatedScript{}, fmt.Errorf("read editions of notice %s: %w", of.Notice, err)
	}
	for i := len(scripts) - 1; i >= 0; i-- {
		if !scripts[i].Since.After(at) {
			return scripts[i], nil
		}
	}
	return schemas.StatedScript{}, consent.ErrNotFound
}
