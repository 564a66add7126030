package moving

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Choices is the kind under which a proof holds current choices.
const Choices = "choices"

// Move copies a place whose journal is its audit trail into another place, while the source is in use: pass after pass,
// then a last one after the source's server has stopped.
type Move struct {
	log      Log
	from, to Place
	name     string // Of the mark.
	mark     mark
	writer   writer
}

// NewMove takes up a move where it was interrupted, or prepares one, and changes nothing yet. It returns ErrNotEmpty when
// the target keeps data that this source's move did not bring there.
func NewMove(ctx context.Context, log Log, from, to Place) (*Move, error) {
	identity, err := log.Identity(ctx)
	if err != nil {
		return nil, err
	}
	m := &Move{log: log, from: from, to: to, name: "moved:" + identity}
	known := false
	if m.mark, known, err = to.mark(ctx, m.name); err != nil {
		return nil, err
	}
	if !known {
		if err := to.wantEmpty(ctx); err != nil {
			return nil, err
		}
	}
	// What the owner changes before the end follows; what is changed at the target afterwards stays.
	m.writer = writer{to: to, replace: m.mark.Finished.IsZero(), saved: func(context.Context, int) error { return nil }}
	return m, nil
}

// Finished is when an earlier run ended, or zero.
func (m *Move) Finished() time.Time { return m.mark.Finished }

// Follow copies the decisions that were recorded since it was last called, by this process or an earlier one, and returns
// how many. The target's mark moves when they are safe in both of its stores.
func (m *Move) Follow(ctx context.Context) (copied int64, err error) {
	for {
		// Also the first time, when nothing is there to copy: from now on the target belongs to this move.
		if err := m.to.setMark(ctx, m.name, m.mark); err != nil {
			return copied, err
		}
		records, position, err := m.log.DecisionsAfter(ctx, m.mark.Position, perShip)
		if err != nil || len(records) == 0 {
			return copied, err
		}
		for _, record := range records {
			if err := m.writer.put(ctx, itemOf(record)); err != nil {
				return copied, err
			}
		}
		if err := m.writer.flush(ctx); err != nil {
			return copied, err
		}
		m.mark.Position = position
		copied += int64(len(records))
		m.to.tell("copied", copied)
	}
}

// CopyRest copies everything else as it is now.
func (m *Move) CopyRest(ctx context.Context) error {
	if err := m.from.readRest(ctx, func(item Item) error { return m.writer.put(ctx, item) }); err != nil {
		return err
	}
	return m.writer.flush(ctx)
}

// Finish proves that both sides hold the same and, if so, notes that the move is over. The source must be out of use.
func (m *Move) Finish(ctx context.Context) (Proof, error) {
	there, err := m.from.Sum(ctx)
	if err != nil {
		return Proof{}, err
	}
	proof, err := prove(ctx, there, m.to, m.writer.keys)
	if err != nil {
		return Proof{}, err
	}
	if err := m.compareChoices(ctx, proof); err != nil || !proof.Equal() {
		return proof, err
	}
	m.mark.Finished = time.Now().UTC()
	return proof, m.to.setMark(ctx, m.name, m.mark)
}

// compareChoices adds what visitors' current choices are on both sides. Those about to expire are left out: a store may
// forget them between the two looks.
func (m *Move) compareChoices(ctx context.Context, proof Proof) error {
	now := time.Now().Add(time.Hour)
	there, here := Sums{}, Sums{}
	err := m.log.Choices(ctx, func(record consent.Record) error {
		if record.ExpiresAt().Before(now) {
			return nil
		}
		if err := there.takeChoice(record.Site, record.Current()); err != nil {
			return err
		}
		current, err := m.to.Front.Current(ctx, record.Site, record.Subject)
		if errors.Is(err, consent.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return here.takeChoice(record.Site, current)
	})
	if err != nil {
		return fmt.Errorf("compare choices: %w", err)
	}
	proof.There[Choices], proof.Here[Choices] = there[Choices], here[Choices]
	return nil
}

func (s Sums) takeChoice(site string, current schemas.Current) error {
	text, err := json.Marshal([]any{site, current})
	if err != nil {
		return fmt.Errorf("encode choice: %w", err)
	}
	s.add(Choices, text)
	return nil
}
