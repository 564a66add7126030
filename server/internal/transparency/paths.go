package transparency

import (
	"context"
	"encoding/binary"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"assent/server/internal/consent"
)

// ParsePath reads the end of a tile's address (C2SP tlog-tiles): its number in groups of three digits, all but the last
// behind an x, and .p/W behind that for a tile that is W wide and not full.
func ParsePath(path string) (n int64, width int, ok bool) {
	number, partial, isPartial := strings.Cut(path, ".p/")
	width = TileWidth
	if isPartial {
		var err error
		if width, err = strconv.Atoi(partial); err != nil || width < 1 || width >= TileWidth || strconv.Itoa(width) != partial {
			return 0, 0, false
		}
	}
	groups := strings.Split(number, "/")
	if len(groups) > 5 { // More than can ever be.
		return 0, 0, false
	}
	for i, group := range groups {
		digits, isFirst := strings.CutPrefix(group, "x")
		if isFirst != (i < len(groups)-1) || len(digits) != 3 {
			return 0, 0, false
		}
		three, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || i == 0 && three == 0 && len(groups) > 1 {
			return 0, 0, false
		}
		n = n*1000 + int64(three)
	}
	return n, width, true
}

// Tile returns a tile that is so wide, or consent.ErrNotFound.
func (l *Log) Tile(ctx context.Context, level int, n int64, width int) ([]byte, error) {
	data, err := l.store.TileData(ctx, level, n)
	if err != nil {
		return nil, err
	}
	if len(data) < width*tlog.HashSize {
		return nil, consent.ErrNotFound
	}
	return data[:width*tlog.HashSize], nil
}

// Bundle returns so many entries, which are commitments, each after its length as two bytes; or consent.ErrNotFound.
func (l *Log) Bundle(ctx context.Context, n int64, width int) ([]byte, error) {
	entries, err := l.store.EntryBundle(ctx, n)
	if err != nil {
		return nil, err
	}
	if len(entries) < width {
		return nil, consent.ErrNotFound
	}
	var data []byte
	for _, entry := range entries[:width] {
		data = append(binary.BigEndian.AppendUint16(data, CommitmentSize), entry.Commitment[:]...)
	}
	return data, nil
}
