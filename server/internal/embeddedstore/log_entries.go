package embeddedstore

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

	"assent/server/internal/transparency"
)

// entrySize is how many bytes a bundle has of each entry: the decision's seq, the salt, the commitment.
const entrySize = 8 + transparency.SaltSize + transparency.CommitmentSize

func appendEntry(data []byte, e transparency.Entry) []byte {
	data = binary.BigEndian.AppendUint64(data, uint64(e.Position))
	return append(append(data, e.Salt[:]...), e.Commitment[:]...)
}

// entryAt is the entry of that place in a bundle; false when there is none.
func entryAt(data []byte, place int) (transparency.Entry, bool) {
	if place < 0 || len(data) < (place+1)*entrySize {
		return transparency.Entry{}, false
	}
	data = data[place*entrySize:]
	return transparency.Entry{
		Position:   int64(binary.BigEndian.Uint64(data)),
		Salt:       transparency.Salt(data[8:]),
		Commitment: transparency.Commitment(data[8+transparency.SaltSize:]),
	}, true
}

// bundle is up to transparency.TileWidth entries.
type bundle struct {
	n     int64
	first int64
	data  []byte
}

// size is how many entries there are up to the bundle's last.
func (b bundle) size() int64 { return b.n*transparency.TileWidth + int64(len(b.data)/entrySize) }

// lastBundle is the one that grows; an empty one at the beginning.
func lastBundle(ctx context.Context, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (bundle, error) {
	var b bundle
	err := db.QueryRowContext(ctx, "SELECT bundle, first, data FROM log_entries ORDER BY bundle DESC LIMIT 1").Scan(&b.n, &b.first, &b.data)
	if errors.Is(err, sql.ErrNoRows) {
		return bundle{}, nil
	}
	if err == nil && (len(b.data) == 0 || len(b.data)%entrySize != 0) {
		err = fmt.Errorf("bundle %d of the log is damaged", b.n)
	}
	return b, err
}

// lastPosition is the seq of the bundle's last decision; 0 at the beginning.
func (b bundle) lastPosition() int64 {
	last, _ := entryAt(b.data, len(b.data)/entrySize-1)
	return last.Position
}

// extend writes entries after the last bundle's.
func (b bundle) extend(ctx context.Context, tx *sql.Tx, entries []transparency.Entry) error {
	for len(entries) > 0 {
		if len(b.data) == transparency.TileWidth*entrySize {
			b = bundle{n: b.n + 1, data: make([]byte, 0, min(transparency.TileWidth, len(entries))*entrySize)}
		}
		if len(b.data) == 0 {
			b.first = entries[0].Position
		}
		for len(entries) > 0 && len(b.data) < transparency.TileWidth*entrySize {
			b.data = appendEntry(b.data, entries[0])
			entries = entries[1:]
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO log_entries (bundle, first, data) VALUES (?, ?, ?)
			ON CONFLICT (bundle) DO UPDATE SET data = excluded.data`, b.n, b.first, b.data); err != nil {
			return err
		}
	}
	return nil
}
