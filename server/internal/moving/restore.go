package moving

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"assent/server/internal/consent"
)

// ErrNotEmpty means that a place keeps other data already.
var ErrNotEmpty = errors.New("there is other data already")

// mark is how far a move has come, kept at its target.
type mark struct {
	Position int64     `json:"position"` // Of the last decision that is safe: the source's own, or its number in a backup.
	Finished time.Time `json:"finished,omitzero"`
}

func (p Place) mark(ctx context.Context, name string) (m mark, known bool, err error) {
	text, err := p.Front.Mark(ctx, name)
	if errors.Is(err, consent.ErrNotFound) {
		return mark{}, false, nil
	}
	if err != nil {
		return mark{}, false, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return mark{}, false, fmt.Errorf("decode mark %s: %w", name, err)
	}
	return m, true, nil
}

func (p Place) setMark(ctx context.Context, name string, m mark) error {
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode mark: %w", err)
	}
	return p.Front.SetMark(ctx, name, text)
}

// Restored tells what Restore did.
type Restored struct {
	Resumed   int64     // Decisions that an interrupted attempt had brought in before.
	Before    time.Time // When the same backup had been restored already, and nothing was done.
	Kept      []string  // Sites and users that were there with other content and stay as they are.
	Conflicts int       // Decisions whose id was there with other content.
	Proof     Proof     // Empty when the place held other data, which cannot be told apart.
}

// Restore puts what a backup holds into a place that is empty, or, with intoExisting, beside what is there: nothing of
// that is changed, and a decision that is there counts once. An interrupted restore goes on where it was when it is
// repeated.
func Restore(ctx context.Context, backup Checked, to Place, intoExisting bool) (Restored, error) {
	name := "restored:" + backup.hash
	m, known, err := to.mark(ctx, name)
	if err != nil {
		return Restored{}, err
	}
	if !m.Finished.IsZero() {
		return Restored{Before: m.Finished}, nil
	}
	if !known && !intoExisting {
		if err := to.wantEmpty(ctx); err != nil {
			return Restored{}, err
		}
	}
	if err := to.setMark(ctx, name, m); err != nil {
		return Restored{}, err
	}
	result := Restored{Resumed: m.Position}
	keys, err := restore(ctx, backup, to, name, m, &result)
	if err != nil {
		return Restored{}, err
	}
	if !intoExisting {
		if result.Proof, err = prove(ctx, backup.Sums, to, keys); err != nil || !result.Proof.Equal() {
			return result, err
		}
	}
	m.Finished = time.Now().UTC()
	return result, to.setMark(ctx, name, m)
}

// restore returns the keys that the backup holds.
func restore(ctx context.Context, backup Checked, to Place, name string, m mark, result *Restored) (map[string]bool, error) {
	w := &writer{to: to, saved: func(ctx context.Context, decisions int) error {
		m.Position += int64(decisions)
		to.tell("restored", m.Position)
		return to.setMark(ctx, name, m)
	}}
	skip := m.Position
	found, err := readBackup(backup.name, func(item Item) error {
		if item.Decision != nil && skip > 0 {
			skip--
			return nil
		}
		return w.put(ctx, item)
	})
	if err == nil {
		err = w.flush(ctx)
	}
	if err == nil && found.hash != backup.hash {
		err = errors.New("the backup was changed while it was being restored")
	}
	result.Kept, result.Conflicts = w.kept, w.conflicts
	return w.keys, err
}

func prove(ctx context.Context, there Sums, to Place, keys map[string]bool) (Proof, error) {
	here, err := to.sumOf(ctx, keys)
	return Proof{There: there, Here: here}, err
}
