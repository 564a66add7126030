package sequencing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/demodata"
	"assent/server/internal/transparency"
)

// soon is ahead of any clock that stamps the outbox.
const soon = 24 * time.Hour

// waiting gathers what enters the log next.
type waiting struct {
	*Store
	now   state
	limit int

	found []transparency.Waiting
	taken map[Identity]bool // The decisions among those.
	seen  passed
	stale int // Tombstones that the log has.
}

func (w *waiting) take(ctx context.Context) error {
	if err := w.tombstones(ctx); err != nil {
		return err
	}
	if w.now.adopting != nil {
		if err := w.adopted(ctx); err != nil {
			return err
		}
	}
	if err := w.shipped(ctx); err != nil || len(w.found) == 0 {
		return err
	}
	// They enter together, and so one tells for all.
	source, err := json.Marshal(w.seen)
	w.found[len(w.found)-1].Source = string(source)
	return err
}

// tombstones takes all or none of those that are looked at, because the journal removes as many.
func (w *waiting) tombstones(ctx context.Context) error {
	texts, err := w.Journal.Tombstones(ctx, w.limit)
	if err != nil || len(texts) == 0 {
		return err
	}
	all := make([]transparency.Tombstone, len(texts))
	places := make([]int64, len(texts))
	for i, text := range texts {
		if err := json.Unmarshal([]byte(text), &all[i]); err != nil {
			return fmt.Errorf("read tombstone: %w", err)
		}
		places[i] = all[i].Erased
	}
	buried, err := w.Ledger.Buried(ctx, w.now.log, w.now.size, places)
	if err != nil {
		return err
	}
	for i := range all {
		// One that was told twice waits to be taken off alone, at the head of the list.
		if buried[all[i].Erased] {
			if len(w.found) == 0 {
				w.stale++
				continue
			}
			return nil
		}
		if w.stale > 0 {
			return w.dropStale(ctx)
		}
		buried[all[i].Erased] = true
		w.found = append(w.found, transparency.Waiting{Position: w.position(), Tombstone: &all[i]})
	}
	if w.stale > 0 {
		return w.dropStale(ctx)
	}
	return nil
}

func (w *waiting) dropStale(ctx context.Context) error {
	if _, err := w.Journal.ChangeTranscript(ctx, w.now.size, "", w.stale, nil); err != nil {
		return err
	}
	return transparency.ErrMoved
}

func (w *waiting) position() int64 { return w.now.size + int64(len(w.found)) + 1 }

// adopted takes what the ledger has from before.
func (w *waiting) adopted(ctx context.Context) error {
	after := *w.now.adopting
	for len(w.found) < w.limit {
		records, err := w.Ledger.HeldAfter(ctx, after, w.limit)
		if err != nil {
			return err
		}
		if len(records) == 0 {
			w.seen.Adopted = true
			return nil
		}
		after = IdentityOf(records[len(records)-1])
		w.seen.Adopting = &after
		if err := w.add(ctx, records, nil); err != nil {
			return err
		}
	}
	return nil
}

// shipped takes what the ledger has of the outbox, shard by shard.
func (w *waiting) shipped(ctx context.Context) error {
	cursors, _, err := w.Journal.ShippedTo(ctx)
	if err != nil {
		return err
	}
	for shard, after := range w.now.cursors {
		for cursors[shard] != "" && cursors[shard] != after && len(w.found) < w.limit {
			batch, err := w.Journal.Shipped(ctx, shard, after, w.Now().Add(soon), w.limit-len(w.found))
			if err != nil {
				return err
			}
			if len(batch.Records) == 0 {
				break
			}
			after = batch.To
			w.seen.Shards[shard] = after
			if err := w.add(ctx, batch.Records, &shard); err != nil {
				return err
			}
		}
	}
	return nil
}

// add takes those that the log has not, each once. What the ledger has refused it will never have.
func (w *waiting) add(ctx context.Context, records []consent.Record, shard *int) error {
	var real []consent.Record
	for _, one := range records {
		if one.Site != demodata.Site {
			real = append(real, one)
		}
	}
	logged, err := w.Ledger.Places(ctx, w.now.log, w.now.size, real)
	if err != nil {
		return err
	}
	refused, err := w.refused(ctx, real, shard)
	if err != nil {
		return err
	}
	for _, one := range real {
		of := IdentityOf(one)
		if _, isLogged := logged[of]; isLogged || refused[of] || w.taken[of] {
			continue
		}
		w.taken[of] = true
		w.found = append(w.found, transparency.Waiting{Position: w.position(), Record: one})
	}
	return nil
}

func (w *waiting) refused(ctx context.Context, records []consent.Record, shard *int) (map[Identity]bool, error) {
	if shard == nil || len(records) == 0 {
		return nil, nil
	}
	var of []Identity
	for _, one := range records {
		of = append(of, IdentityOf(one))
	}
	held, err := w.Ledger.Held(ctx, of)
	if err != nil || len(held) == len(of) {
		return nil, err
	}
	letters, err := w.Journal.Refused(ctx, *shard)
	refused := map[Identity]bool{}
	for _, one := range letters {
		if _, isHeld := held[IdentityOf(one)]; !isHeld {
			refused[IdentityOf(one)] = true
		}
	}
	return refused, err
}
