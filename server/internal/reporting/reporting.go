// Package reporting turns recorded decisions into rates.
package reporting

import (
	"context"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Query reads the ledger. Every decision counts once, however often it was delivered; a program's counts as such only. reportingtest holds
// implementations to the same numbers for the same history. Decisions of the subjects to leave out are not among what it returns.
type Query interface {
	// Days returns the tally of each UTC day with decisions recorded in [from, to), oldest first.
	Days(ctx context.Context, site string, from, to time.Time, leftOut ...string) ([]schemas.Day, error)
	// Purposes returns, sorted by purpose, how often each was granted in [from, to).
	Purposes(ctx context.Context, site string, from, to time.Time, leftOut ...string) ([]schemas.PurposeShare, error)
	// Recent returns the site's last decisions, newest first.
	Recent(ctx context.Context, site string, limit int, leftOut ...string) ([]consent.Record, error)
	// Find returns the records with this decision id: one, unless two visitors' browsers made the same id.
	Find(ctx context.Context, id string) ([]consent.Record, error)
}

// LeftOut tells whose decisions reports about a site leave out: subjects who restricted the processing, or objected to it.
type LeftOut func(ctx context.Context, site string) ([]string, error)
