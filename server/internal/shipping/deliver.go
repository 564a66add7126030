package shipping

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"assent/server/internal/consent"
)

// load is the pending batches put together for one insert.
type load struct {
	token   string
	records []consent.Record
	owners  []int // Per record the index of its batch.
}

func loadOf(batches []Batch) load {
	rows := 0
	for _, batch := range batches {
		rows += len(batch.Records)
	}
	l := load{records: make([]consent.Record, 0, rows), owners: make([]int, 0, rows)}
	hash := sha256.New()
	for i, batch := range batches {
		// The tokens stand for the content, so equal loads and no others have equal tokens. A hash never fails to write.
		_, _ = io.WriteString(hash, batch.Token)
		l.records = append(l.records, batch.Records...)
		for range batch.Records {
			l.owners = append(l.owners, i)
		}
	}
	l.token = hex.EncodeToString(hash.Sum(nil))
	return l
}

// deliver appends the pending batches to the ledger and returns, per batch, what the ledger will never take.
func (s *Shipper) deliver(ctx context.Context) (map[int][]Refused, error) {
	l := loadOf(s.pending)
	err := s.ledger.Append(ctx, Batch{Token: l.token, Records: l.records})
	if err == nil || !errors.Is(err, ErrRejected) {
		return nil, err
	}
	refused := map[int][]Refused{}
	return refused, s.sift(ctx, l, 0, len(l.records), err, refused)
}

// sift halves a rejected range until the records that the ledger refuses stand alone, so that they do not hold up the
// others. Each part has a token of its own.
func (s *Shipper) sift(ctx context.Context, l load, from, to int, rejection error, refused map[int][]Refused) error {
	if to-from == 1 {
		owner := l.owners[from]
		refused[owner] = append(refused[owner], Refused{Record: l.records[from], Reason: rejection.Error()})
		return nil
	}
	middle := (from + to) / 2
	for _, part := range [][2]int{{from, middle}, {middle, to}} {
		token := sha256.Sum256(fmt.Appendf(nil, "%s %d-%d", l.token, part[0], part[1]))
		err := s.ledger.Append(ctx, Batch{Token: hex.EncodeToString(token[:]), Records: l.records[part[0]:part[1]]})
		if errors.Is(err, ErrRejected) {
			err = s.sift(ctx, l, part[0], part[1], err, refused)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Lag is how far the ledger is behind the journal.
type Lag struct {
	Rows    int64         // Decisions that wait.
	Age     time.Duration // Since the oldest of them was recorded; 0 when none waits.
	Refused int64         // Decisions that the ledger will never take, ever.
}

// Lag measures the whole outbox, whichever process ships it. With an error it holds what the shards that answered say.
func (s *Shipper) Lag(ctx context.Context) (Lag, error) {
	waiting, err := s.outbox.Waiting(ctx)
	var lag Lag
	for _, shard := range waiting {
		lag.Rows += shard.Rows
		lag.Refused += shard.Refused
		if !shard.Since.IsZero() {
			lag.Age = max(lag.Age, s.options.Now().Sub(shard.Since))
		}
	}
	return lag, err
}
