// Package following keeps what is in memory in step with where it is kept.
package following

import (
	"context"
	"time"
)

// Follow refreshes now and then until ctx ends. Lost is told the first error of each time that it does not succeed.
func Follow(ctx context.Context, interval time.Duration, refresh func(context.Context) error, lost func(error)) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	isLost := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := refresh(ctx)
		if err != nil && ctx.Err() == nil && !isLost {
			lost(err)
		}
		isLost = err != nil
	}
}
