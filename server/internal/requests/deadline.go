package requests

import (
	"context"
	"errors"
	"fmt"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/register"
)

const (
	// MostDays is the most that any of the regimes gives for an answer (CCPA: 45 days),
	MostDays = 45
	// MostExtraDays and by how much it may be put off (GDPR: two further months).
	MostExtraDays = 60

	// deadlineID is of the one document that says how long a site's requests may take.
	deadlineID = "days"
)

// usual is one month, and two further ones with a reason (GDPR, article 12(3)).
var usual = schemas.RequestDeadline{Days: 30, ExtraDays: 60}

func (d *Desk) deadlines() register.Book[schemas.RequestDeadline] {
	return register.Book[schemas.RequestDeadline]{Store: d.store, Kind: "request-deadline"}
}

// Deadline is how long a site's requests may take.
func (d *Desk) Deadline(ctx context.Context, site string) (schemas.RequestDeadline, error) {
	set, err := d.deadlines().Get(ctx, site, deadlineID)
	if errors.Is(err, consent.ErrNotFound) {
		return usual, nil
	}
	return set, err
}

// SetDeadline changes it for requests that come from now on: the others were told theirs. The error is a
// *consent.InvalidError, or the store's.
func (d *Desk) SetDeadline(ctx context.Context, site string, deadline schemas.RequestDeadline) error {
	var faults []schemas.Fault
	if deadline.Days < 1 || deadline.Days > MostDays {
		faults = append(faults, schemas.Fault{Pointer: "/days", Detail: fmt.Sprintf("must be 1 to %d", MostDays)})
	}
	if deadline.ExtraDays < 0 || deadline.ExtraDays > MostExtraDays {
		faults = append(faults, schemas.Fault{Pointer: "/extraDays", Detail: fmt.Sprintf("must be 0 to %d", MostExtraDays)})
	}
	if len(faults) > 0 {
		return &consent.InvalidError{Faults: faults}
	}
	return d.deadlines().Set(ctx, site, deadlineID, deadline)
}
