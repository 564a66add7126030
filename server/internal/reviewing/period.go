package reviewing

import (
	"context"
	"errors"
	"fmt"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/register"
)

// periodID is of the one document that says how often a site's services are reviewed.
const periodID = "days"

func (d Desk) periods() register.Book[schemas.ReviewPeriod] {
	return register.Book[schemas.ReviewPeriod]{Store: d.Register, Kind: "review-period"}
}

// Period is how many days after a review the next one is due; 0 for none.
func (d Desk) Period(ctx context.Context, site string) (int, error) {
	known, err := d.Notices.Site(site)
	if err != nil || known.Demo || known.ID == d.Nobodys {
		return 0, err
	}
	period, err := d.periods().Get(ctx, site, periodID)
	if errors.Is(err, consent.ErrNotFound) {
		return Days, nil
	}
	return period.Days, err
}

// SetPeriod changes it, and when the open reviews are due with it. The error is a *consent.InvalidError, or the store's.
func (d Desk) SetPeriod(ctx context.Context, site string, days int) error {
	if days != 0 && (days < LeastDays || days > MostDays) {
		return &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/days", Detail: fmt.Sprintf("must be %d to %d, or 0 for no reviews", LeastDays, MostDays)}}}
	}
	if err := d.periods().Set(ctx, site, periodID, schemas.ReviewPeriod{Days: days}); err != nil {
		return err
	}
	return d.Sync(ctx, site)
}
