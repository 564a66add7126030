// Package auditing finds single decisions, for whoever has to account for them.
package auditing

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
)

// PageSize is how many decisions one answer holds.
const PageSize = 50

// Filter says which decisions of a site are meant. What is zero leaves everything in.
type Filter struct {
	Site     string
	From, To time.Time // Recorded in [From, To).
	ID       uuid.UUID // Of the decision, which is that of its receipt.
	Subject  string
	Notice   string
	Action   string
	Granted  string // A purpose or service.
	Refused  string
	Before   Place // Only what comes behind it.
}

// Place is where a decision stands among all of a site, the last recorded first.
type Place struct {
	RecordedAt time.Time
	ID         uuid.UUID
	Subject    string
}

// Ledger is where decisions are found. Each is there once, at its first recording, however often it was delivered.
// auditingtest holds implementations to a naive filter.
type Ledger interface {
	// Search returns those that match, the last recorded first, at most limit.
	Search(ctx context.Context, f Filter, limit int) ([]consent.Record, error)
	// Count returns how many a site recorded in [from, to).
	Count(ctx context.Context, site string, from, to time.Time) (int, error)
	// Each calls do with every one of them, in no certain order and in memory that does not grow with them. It ends with do's error.
	Each(ctx context.Context, site string, from, to time.Time, do func(consent.Record) error) error
}

// PlaceOf is where the record stands.
func PlaceOf(r consent.Record) Place { return Place{r.RecordedAt, r.ID, r.Subject} }

// Compare is positive when p is behind the other place, negative when it is before it.
func (p Place) Compare(other Place) int {
	return cmp.Or(other.RecordedAt.Compare(p.RecordedAt), bytes.Compare(other.ID[:], p.ID[:]), cmp.Compare(other.Subject, p.Subject))
}

// IsZero reports whether it is before all decisions.
func (p Place) IsZero() bool { return p.RecordedAt.IsZero() }

// String is what ParsePlace reads.
func (p Place) String() string {
	text := binary.BigEndian.AppendUint64(nil, uint64(p.RecordedAt.UnixMicro()))
	text = append(append(text, p.ID[:]...), p.Subject...)
	return base64.RawURLEncoding.EncodeToString(text)
}

var errPlace = errors.New("no place among decisions")

// ParsePlace reads what String wrote.
func ParsePlace(text string) (Place, error) {
	const fixed = 8 + 16
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(decoded) <= fixed || len(decoded) > fixed+64 {
		return Place{}, errPlace
	}
	p := Place{RecordedAt: time.UnixMicro(int64(binary.BigEndian.Uint64(decoded))).UTC(), Subject: string(decoded[fixed:])}
	copy(p.ID[:], decoded[8:fixed])
	return p, nil
}
