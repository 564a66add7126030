package sequencing

import (
	"context"
	"fmt"

	"assent/server/internal/consent"
	"assent/server/internal/demodata"
	"assent/server/internal/transparency"
)

// perPage is how many entries are compared with their decisions at once.
const perPage = 1024

// Checkpoints implements transparency.Archive. The journal's is the last: the ledger may have its successor already.
func (s *Store) Checkpoints(ctx context.Context) ([]string, error) {
	now, err := s.state(ctx)
	if err != nil {
		return nil, err
	}
	kept, err := s.Ledger.Checkpoints(ctx, now.log)
	if err != nil || now.checkpoint == "" {
		return nil, err
	}
	var checkpoints []string
	for _, one := range kept {
		tree, err := transparency.OpenCheckpoint(one, now.key.Public)
		if err != nil || tree.N <= now.size {
			checkpoints = append(checkpoints, one)
		}
	}
	return append(checkpoints, now.checkpoint), nil
}

// EachRow implements transparency.Archive: first all entries with their decisions, in the log's order, then the decisions
// that have no entry.
func (s *Store) EachRow(ctx context.Context, do func(transparency.Row) error) error {
	now, err := s.state(ctx)
	if err != nil {
		return err
	}
	buried := make(chan int64)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, 1)
	go func() {
		defer close(buried)
		failed <- s.Ledger.EachBuried(ctx, now.log, now.size, func(place int64) error {
			select {
			case buried <- place:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	graves := graves{places: buried, failed: failed, next: -1}
	for from := int64(0); from < now.size; from += perPage {
		if err := s.eachOfPage(ctx, now, from, &graves, do); err != nil {
			return err
		}
	}
	return s.eachBeside(ctx, now, do)
}

// graves tell of places that are asked for in order whether they have a tombstone.
type graves struct {
	places <-chan int64
	failed <-chan error
	next   int64
	over   bool
}

func (g *graves) has(place int64) (bool, error) {
	for g.next < place && !g.over {
		next, isThere := <-g.places
		if !isThere {
			g.over = true
			return false, <-g.failed
		}
		g.next = next
	}
	return !g.over && g.next == place, nil
}

func (s *Store) eachOfPage(ctx context.Context, now state, from int64, graves *graves, do func(transparency.Row) error) error {
	lines, places, err := s.Ledger.Lines(ctx, now.log, from, min(from+perPage, now.size))
	if err != nil {
		return err
	}
	var of []Identity
	for _, line := range lines {
		if line.Of != (Identity{}) {
			of = append(of, line.Of)
		}
	}
	held, err := s.Ledger.Held(ctx, of)
	if err != nil {
		return err
	}
	for i, line := range lines {
		row := transparency.Row{Position: places[i] + 1, Index: places[i], Tombstone: line.Tombstone,
			Entry: &transparency.Entry{Position: places[i] + 1, Salt: line.Salt, Commitment: line.Commitment}}
		if row.Erased, err = graves.has(places[i]); err != nil {
			return err
		}
		if kept, isHeld := held[line.Of]; isHeld && line.Tombstone == nil {
			row.Decision, row.Odd = &kept.Record, kept.Odd
		}
		if err := do(row); err != nil {
			return err
		}
	}
	return nil
}

// eachBeside gives the decisions without an entry: those that wait in the outbox, and those that somebody put there.
func (s *Store) eachBeside(ctx context.Context, now state, do func(transparency.Row) error) error {
	var after Identity
	for {
		records, err := s.Ledger.HeldAfter(ctx, after, perPage)
		if err != nil || len(records) == 0 {
			return err
		}
		after = IdentityOf(records[len(records)-1])
		beside, err := s.beside(ctx, now, records)
		if err != nil {
			return err
		}
		for _, row := range beside {
			if err := do(row); err != nil {
				return err
			}
		}
	}
}

func (s *Store) beside(ctx context.Context, now state, records []consent.Record) ([]transparency.Row, error) {
	logged, err := s.Ledger.Places(ctx, now.log, now.size, records)
	if err != nil {
		return nil, err
	}
	var without []consent.Record
	for _, one := range records {
		if _, isLogged := logged[IdentityOf(one)]; !isLogged && one.Site != demodata.Site {
			without = append(without, one)
		}
	}
	if len(without) == 0 {
		return nil, nil
	}
	outgoing, err := s.outgoing(ctx, now, without)
	if err != nil {
		return nil, err
	}
	// The log may have grown meanwhile.
	latest, err := s.state(ctx)
	if err != nil {
		return nil, err
	}
	entered, err := s.Ledger.Places(ctx, now.log, latest.size, without)
	if err != nil {
		return nil, err
	}
	var rows []transparency.Row
	for _, one := range without {
		row := transparency.Row{Position: now.size + 1, Index: now.size, Decision: &one}
		_, isEntered := entered[IdentityOf(one)]
		if !outgoing[IdentityOf(one)] && !isEntered && latest.adopting == nil {
			row.Odd = fmt.Sprintf("was put in: neither the %d entries of the log have it nor the outbox", latest.size)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// outgoing are those of the records that the outbox has for the log.
func (s *Store) outgoing(ctx context.Context, now state, records []consent.Record) (map[Identity]bool, error) {
	wanted, found := map[Identity]bool{}, map[Identity]bool{}
	for _, one := range records {
		wanted[IdentityOf(one)] = true
	}
	for shard, cursor := range now.cursors {
		err := s.Journal.Outgoing(ctx, shard, cursor, func(waiting []consent.Record) error {
			for _, one := range waiting {
				if of := IdentityOf(one); wanted[of] {
					found[of] = true
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
