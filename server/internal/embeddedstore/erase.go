package embeddedstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"sort"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/demodata"
	"assent/server/internal/rights"
	"assent/server/internal/transparency"
)

var _ rights.Trail = (*Store)(nil)

// Erase implements rights.Trail. What a decision said is overwritten (secure_delete), and so are its salt and the hours that
// were rolled up with it; of decisions that the log has, a tombstone waits to enter it.
func (s *Store) Erase(ctx context.Context, site, subject, reason string, at time.Time) (gone []uuid.UUID, err error) {
	if err := s.rollUpSoFar(ctx); err != nil {
		return nil, err
	}
	err = s.change(ctx, func(tx *sql.Tx) error {
		last, err := lastBundle(ctx, tx)
		if err != nil {
			return err
		}
		// What is not in the log stays until it is: somebody may be about to enter it. What is made up never is.
		upTo := last.lastPosition()
		if site == demodata.Site {
			upTo = math.MaxInt64
		}
		found, err := decisionsOf(ctx, tx, site, subject, upTo)
		if err != nil {
			return err
		}
		if err := removeFound(ctx, tx, site, found, transparency.Tombstone{At: at, Reason: reason}); err != nil {
			return err
		}
		for _, one := range found {
			gone = append(gone, one.id)
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM dead_letters WHERE site = ? AND subject = ?", site, subject)
		return err
	})
	if err != nil {
		return nil, unavailable("erase decisions", err)
	}
	if err := s.rebuildHours(ctx); err != nil {
		return gone, err
	}
	return gone, s.forgetWritten(ctx)
}

type placedDecision struct {
	seq int64
	id  uuid.UUID
}

func decisionsOf(ctx context.Context, tx *sql.Tx, site, subject string, last int64) (found []placedDecision, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT seq, id FROM decisions WHERE subject = ? AND site = ? AND seq <= ? ORDER BY seq", subject, site, last)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var one placedDecision
		var id []byte
		if err := rows.Scan(&one.seq, &id); err != nil {
			return nil, err
		}
		if one.id, err = uuid.FromBytes(id); err != nil {
			return nil, fmt.Errorf("decision %d: %w", one.seq, err)
		}
		found = append(found, one)
	}
	return found, rows.Err()
}

// bury removes one decision that the log has, zeroes its salt, and leaves a tombstone behind all decisions so far.
func bury(ctx context.Context, tx *sql.Tx, seq int64, t transparency.Tombstone) error {
	var in bundle
	if err := tx.QueryRowContext(ctx, "SELECT bundle, first, data FROM log_entries WHERE first <= ? ORDER BY first DESC LIMIT 1", seq).
		Scan(&in.n, &in.first, &in.data); err != nil {
		return err
	}
	place, isLogged := sort.Find(len(in.data)/entrySize, func(i int) int {
		entry, _ := entryAt(in.data, i)
		return cmp.Compare(seq, entry.Position)
	})
	if !isLogged {
		return fmt.Errorf("decision %d has no entry in the log: run assent verify", seq)
	}
	t.Erased = in.n*transparency.TileWidth + int64(place)
	clear(in.data[place*entrySize+8:][:transparency.SaltSize])
	if _, err := tx.ExecContext(ctx, "UPDATE log_entries SET data = ? WHERE bundle = ?", in.data, in.n); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM decisions WHERE seq = ?", seq); err != nil {
		return err
	}
	// A number of the decisions' own that none of them will have.
	var own int64
	if err := tx.QueryRowContext(ctx, "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'decisions' RETURNING seq").Scan(&own); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO log_tombstones ("+tombstoneColumns+") VALUES (?, ?, ?, ?)", own, t.Erased, consent.Micros(t.At), t.Reason)
	return err
}

// forgetWritten empties SQLite's write-ahead log, which has pages as they were before. It waits for who reads from there, and
// recording waits for it: so not for long.
func (s *Store) forgetWritten(ctx context.Context) (err error) {
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return unavailable("empty the database's log", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 500"); err != nil {
		return unavailable("empty the database's log", err)
	}
	var busy, pages, moved int
	err = conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved)
	_, restoreErr := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA busy_timeout = 10000") // As dataSource sets it.
	if err := errors.Join(err, restoreErr); err != nil {
		return unavailable("empty the database's log", err)
	}
	if busy != 0 {
		return unavailable("empty the database's log", errors.New("somebody reads from it: erase again, which removes nothing more and empties it"))
	}
	return nil
}
