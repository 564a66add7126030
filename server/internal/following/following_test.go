package following_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"assent/server/internal/following"
)

// TestEachLossIsToldOnce until a refresh succeeds again.
func TestEachLossIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		outcomes := []error{nil, errors.New("a"), errors.New("b"), nil, errors.New("c")}
		var told []string
		refresh := func(context.Context) error {
			next := outcomes[0]
			outcomes = outcomes[1:]
			return next
		}
		go following.Follow(ctx, time.Second, refresh, func(err error) { told = append(told, err.Error()) })
		time.Sleep(5*time.Second + time.Millisecond)
		cancel()
		synctest.Wait()
		if len(outcomes) != 0 || len(told) != 2 || told[0] != "a" || told[1] != "c" {
			t.Errorf("told %q, %d refreshes left", told, len(outcomes))
		}
	})
}
