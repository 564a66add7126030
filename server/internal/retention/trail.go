package retention

import (
	"context"
	"fmt"
	"time"

	"assent/server/internal/admintrail"
)

// What the administration's trail says that was done.
const (
	actAnnounce = "announce-deletion"
	actRemove   = "remove-expired"
	actHold     = "set-hold"
	actRelease  = "release-hold"
)

// Trail is the administration's audit trail. Reasons of holds are not told there: they may name people, and stay for ever.
type Trail interface {
	AppendAct(ctx context.Context, act admintrail.Act) error
}

// Untold is for those whose own trail tells what they do.
type Untold struct{}

// AppendAct implements Trail.
func (Untold) AppendAct(context.Context, admintrail.Act) error { return nil }

// tell is the last step of what it tells of: where it fails, that was done.
func tell(ctx context.Context, trail Trail, now time.Time, site, who, what, about string) error {
	if site == Everywhere {
		site = ""
	}
	err := trail.AppendAct(ctx, admintrail.Act{At: now.UTC(), Who: who, What: what, About: about, Site: site, Outcome: admintrail.Done})
	if err != nil {
		return fmt.Errorf("%s at %s (%s) was done, but the audit trail did not take it: %w", what, site, about, err)
	}
	return nil
}

func aboutDeletion(class Class, count int, before time.Time) string {
	return fmt.Sprintf("%d %s from before %s", count, class, before.Format(time.DateOnly))
}
