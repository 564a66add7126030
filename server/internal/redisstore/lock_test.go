package redisstore_test

import (
	"testing"
	"time"
)

func TestOneProcessMigrates(t *testing.T) {
	server, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	one, closingOne := open(t, server.URL)
	defer closingOne()
	two, closingTwo := open(t, server.URL)
	defer closingTwo()
	for _, step := range []struct {
		holder string
		ttl    time.Duration
		want   bool
	}{{"one", time.Hour, true}, {"one", time.Hour, true}, {"two", time.Hour, false}, {"one", time.Millisecond, true}} {
		store := one
		if step.holder == "two" {
			store = two
		}
		if held, err := store.ClaimMigration(t.Context(), step.holder, step.ttl); err != nil || held != step.want {
			t.Errorf("%s claims for %v: %v, %v, want %v", step.holder, step.ttl, held, err, step.want)
		}
	}
	for begun := time.Now(); time.Since(begun) < time.Minute; time.Sleep(time.Millisecond) {
		if held, err := two.ClaimMigration(t.Context(), "two", time.Hour); err != nil || held {
			return
		}
	}
	t.Error("the lock that was given back cannot be taken")
}
