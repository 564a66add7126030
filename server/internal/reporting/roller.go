package reporting

import (
	"context"
	"log/slog"
	"time"
)

const (
	// rollInterval is how often the roll-up is looked after, and rollLeast how many decisions are worth it: as many as are
	// counted one by one in a few milliseconds.
	rollInterval = 5 * time.Second
	rollLeast    = 1000
)

// Roller keeps counts that questions are answered from, and brings them up to date. Counts are exact whether it ran or
// not; it makes them fast.
type Roller interface {
	// RollUp takes up what waits, decisions only when there are so many, and counts anew what has changed. Several processes
	// may call it.
	RollUp(ctx context.Context, least int) error
}

// KeepRolledUp calls the roller every few seconds until ctx ends.
func KeepRolledUp(ctx context.Context, roller Roller, log *slog.Logger) {
	ticker := time.NewTicker(rollInterval)
	defer ticker.Stop()
	for {
		if err := roller.RollUp(ctx, rollLeast); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "roll-up failed; questions are answered from the decisions themselves", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
