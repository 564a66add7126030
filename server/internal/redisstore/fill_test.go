package redisstore_test

import (
	"fmt"
	"testing"

	"github.com/redis/go-redis/v9"
)

func TestFill(t *testing.T) {
	url := startRedis(t)
	store, closing := open(t, url)
	t.Cleanup(closing)
	wantFill := func(least, most float64) {
		t.Helper()
		if fill, err := store.Fill(t.Context()); err != nil || fill < least || fill > most {
			t.Errorf("fill %v, %v, want %v to %v", fill, err, least, most)
		}
	}
	wantFill(1e-6, 0.1) // Of the machine's memory.
	plain := client(t, url)
	setMost(t, plain, 1<<30)
	wantFill(1e-4, 0.1)
	setMost(t, plain, 1<<20)
	wantFill(0.5, 10)
}

func setMost(t *testing.T, plain redis.UniversalClient, bytes int) {
	t.Helper()
	if err := plain.ConfigSet(t.Context(), "maxmemory", fmt.Sprint(bytes)).Err(); err != nil {
		t.Fatal(err)
	}
}
