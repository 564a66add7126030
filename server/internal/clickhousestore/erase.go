package clickhousestore

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/go-faster/city"
	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/rights"
)

var _ rights.Ledger = (*Store)(nil)

// conditionOf finds a subject's decisions of until then. It stands in ClickHouse's logs, and in its folder and in Keeper for as
// long as the last mutations are remembered: so it has a hash of the subject, and another one that is computed sooner.
func conditionOf(site, subject string, until time.Time) string {
	return fmt.Sprintf("site = %s AND cityHash64(subject) = %d AND hex(SHA256(subject)) = '%s' AND recorded_at <= %d",
		literal(site), city.CH64([]byte(subject)), hashOf(subject), consent.Micros(until))
}

func hashOf(subject string) string { return fmt.Sprintf("%X", sha256.Sum256([]byte(subject))) }

// DecisionsOf implements rights.Ledger.
func (s *Store) DecisionsOf(ctx context.Context, site, subject string, until time.Time) ([]uuid.UUID, error) {
	return s.ids(ctx, "SELECT hex(id) AS hexadecimal FROM decisions WHERE "+conditionOf(site, subject, until)+" GROUP BY id ORDER BY id")
}

// RemoveDecisions implements rights.Ledger. ClickHouse writes the parts that hold them anew, and removes the former ones
// from its disk soon after (old_parts_lifetime).
func (s *Store) RemoveDecisions(ctx context.Context, site, subject string, until time.Time) error {
	condition := conditionOf(site, subject, until)
	var count uint64
	if err := s.each(ctx, "SELECT count() FROM decisions WHERE "+condition, nil, []any{&count}, func() {}); err != nil {
		return err
	}
	// The replica that was asked may be behind; a removal is carried out after all that was inserted before it.
	if count == 0 && s.cluster == nil {
		return nil
	}
	return s.remove(ctx, condition, hashOf(subject), "decisions")
}
