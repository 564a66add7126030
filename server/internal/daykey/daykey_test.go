package daykey_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"assent/server/internal/daykey"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// shelf is a store that can be away.
type shelf struct {
	keys  map[string][]byte
	asked int
	away  error
}

func (s *shelf) DayKey(_ context.Context, day string, fresh []byte) ([]byte, error) {
	s.asked++
	if s.away != nil {
		return nil, s.away
	}
	if s.keys[day] == nil {
		s.keys[day] = fresh
	}
	return s.keys[day], nil
}

func TestInstancesShareTheKeyOfADay(t *testing.T) {
	store := &shelf{keys: map[string][]byte{}}
	one, two := daykey.NewRing(store, rand.Reader), daykey.NewRing(store, rand.Reader)
	key := func(ring *daykey.Ring, at time.Time) string {
		t.Helper()
		key, err := ring.Key(t.Context(), at)
		if err != nil || len(key) != daykey.Size {
			t.Fatalf("%x, %v", key, err)
		}
		return string(key)
	}
	today := key(one, noon)
	if key(two, noon.Add(11*time.Hour)) != today || key(one, noon) != today {
		t.Error("two keys for one day")
	}
	if key(one, noon.Add(12*time.Hour)) == today || key(one, noon.Add(-13*time.Hour)) == today {
		t.Error("one key for two days")
	}
	if store.asked != 4 {
		t.Errorf("the store was asked %d times for two rings and three days", store.asked)
	}
}

func TestTheRingGoesOnWithoutItsStoreForTheDaysThatItKnows(t *testing.T) {
	store := &shelf{keys: map[string][]byte{}}
	ring := daykey.NewRing(store, rand.Reader)
	key, err := ring.Key(t.Context(), noon)
	if err != nil {
		t.Fatal(err)
	}
	store.away = errors.New("away")
	if again, err := ring.Key(t.Context(), noon); err != nil || !bytes.Equal(key, again) {
		t.Errorf("%x, %v", again, err)
	}
	if _, err := ring.Key(t.Context(), noon.AddDate(0, 0, 1)); !errors.Is(err, store.away) {
		t.Errorf("a key that nobody shares: %v", err)
	}
	store.away = nil
	if _, err := ring.Key(t.Context(), noon.AddDate(0, 0, 1)); err != nil {
		t.Errorf("an outage is remembered: %v", err)
	}
}

func TestWithoutRandomnessThereIsNoKey(t *testing.T) {
	ring := daykey.NewRing(&shelf{keys: map[string][]byte{}}, bytes.NewReader([]byte("too few")))
	if key, err := ring.Key(t.Context(), noon); err == nil {
		t.Errorf("%x", key)
	}
}
