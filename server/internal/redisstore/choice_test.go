package redisstore_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/redisstore"
)

// TestForgottenID records decisions of long ago and lets their ids be forgotten, as they are after days. Sent again the
// first is recorded again, which the ledger sorts out, but it must not become the choice.
func TestForgottenID(t *testing.T) {
	url := startRedis(t)
	store, closing := open(t, url)
	t.Cleanup(closing)
	site := recordingtest.Site()
	var batch []consent.Record
	for i := range 18 {
		record := recordingtest.Decision(site, "s1")
		record.RecordedAt = time.Date(2026, 1, 1, i, 0, 0, 0, time.UTC)
		// The id tells the time of the click, as a browser's does: 48 bits of milliseconds (RFC 9562, 5.7).
		binary.BigEndian.PutUint64(record.ID[:8], uint64(record.RecordedAt.UnixMilli())<<16|0x7000)
		batch = append(batch, record)
	}
	last := recordingtest.Refusal(site, "s1")
	store.Commit(t.Context(), batch)
	store.Commit(t.Context(), []consent.Record{last})
	forgetPast(t, client(t, url), schemas.RedisShard(site, "s1"))
	retry := batch[0]
	retry.RecordedAt = time.Time{}
	if outcome := store.Commit(t.Context(), []consent.Record{retry})[0]; outcome.Err != nil || outcome.Duplicate {
		t.Fatalf("retry of a forgotten id: %+v, want it taken as new", outcome)
	}
	current, err := store.Current(t.Context(), site, "s1")
	if err != nil || current.Choice.Action != last.Action {
		t.Fatalf("current choice %+v, %v; want the last one, %s", current, err, last.Action)
	}
}

// forgetPast removes the ids that ceased to be the choice's, which Redis must be about to do by itself.
func forgetPast(t *testing.T, plain redis.UniversalClient, shard int) {
	t.Helper()
	today := time.Now().Unix() / secondsPerDay
	key := schemas.PastKey(shard, today)
	ends, err := plain.ExpireTime(t.Context(), key).Result()
	if want := time.Duration(today+3) * secondsPerDay * time.Second; err != nil || ends != want {
		t.Errorf("%s ends at %v, %v; want %v", key, ends, err, want)
	}
	if err := plain.Del(t.Context(), key).Err(); err != nil {
		t.Fatal(err)
	}
}

const secondsPerDay = 24 * 60 * 60

// bucketOf returns the one choice that is in the shard's first bucket: where, and packed.
func bucketOf(t *testing.T, plain redis.UniversalClient, shard int) (key, subject string, packed []byte) {
	t.Helper()
	key = schemas.BucketKey(shard, 0)
	all, err := plain.HGetAll(t.Context(), key).Result()
	if err != nil || len(all) != 1 {
		t.Fatalf("%s has %d choices, %v; want 1", key, len(all), err)
	}
	for name, value := range all {
		subject, packed = name, []byte(value)
	}
	return key, subject, packed
}

func TestChoiceLifetime(t *testing.T) {
	const day = secondsPerDay * time.Second
	cases := map[string]struct {
		window time.Duration
		days   int
		want   time.Duration
	}{
		"as long as the choice": {0, 180, 180 * day},
		"hot window":            {7 * day, 180, 7 * day},
		"never too short":       {0, 0, schemas.ChoiceMinimum},
	}
	url := startRedis(t)
	plain := client(t, url)
	for name, test := range cases {
		empty(t, url)
		store, err := redisstore.Open(t.Context(), url, redisstore.Options{HotWindow: test.window})
		if err != nil {
			t.Fatal(err)
		}
		record := recordingtest.Decision(recordingtest.Site(), "s1")
		record.LifetimeDays = test.days
		store.Commit(t.Context(), []consent.Record{record})
		_, _, packed := bucketOf(t, plain, schemas.RedisShard(record.Site, "s1"))
		left := time.Until(time.Unix(int64(binary.BigEndian.Uint16(packed[8:]))*secondsPerDay, 0))
		if left < test.want-time.Minute || left > test.want+day {
			t.Errorf("%s: kept for %v, want %v and what is left of that day", name, left, test.want)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestChoicesAreForgotten sets the day of a choice to today: it is no choice from then on, and the memory is free again
// as soon as the shard is looked after.
// ASVS 14.2.7
func TestChoicesAreForgotten(t *testing.T) {
	url := startRedis(t)
	store, closing := open(t, url)
	t.Cleanup(closing)
	plain := client(t, url)
	record := recordingtest.Decision(recordingtest.Site(), "s1")
	store.Commit(t.Context(), []consent.Record{record})
	shard := schemas.RedisShard(record.Site, "s1")
	key, subject, packed := bucketOf(t, plain, shard)
	binary.BigEndian.PutUint16(packed[8:], uint16(time.Now().Unix()/secondsPerDay))
	if err := plain.HSet(t.Context(), key, subject, packed).Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Current(t.Context(), record.Site, "s1"); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("choice whose time is over: %v, want ErrNotFound", err)
	}
	if _, err := store.Claim(t.Context(), shard, "holder", time.Minute); err != nil {
		t.Fatal(err)
	}
	if left, err := plain.Exists(t.Context(), key).Result(); err != nil || left != 0 {
		t.Errorf("the bucket is still there, %v", err)
	}
	again := recordingtest.Refusal(record.Site, "s1")
	store.Commit(t.Context(), []consent.Record{again})
	if current, err := store.Current(t.Context(), record.Site, "s1"); err != nil || current.Choice.Action != again.Action {
		t.Errorf("choice afterwards: %+v, %v", current, err)
	}
}

// TestForgettingKeepsPace lets the time of a thousand choices be over: one look after the shard goes through so many
// buckets as the decisions that were added since are worth, which is all of them.
func TestForgettingKeepsPace(t *testing.T) {
	url := startRedis(t)
	store, closing := open(t, url)
	t.Cleanup(closing)
	plain, site := client(t, url), recordingtest.Site()
	const shard = 3
	var batch []consent.Record
	for _, subject := range inShard(site, shard, 1000) {
		batch = append(batch, recordingtest.Decision(site, subject))
	}
	store.Commit(t.Context(), batch)
	buckets, err := plain.Keys(t.Context(), "c:*").Result()
	if err != nil || len(buckets) < 10 {
		t.Fatalf("%d buckets, %v; want some", len(buckets), err)
	}
	for _, key := range buckets {
		for subject, packed := range plain.HGetAll(t.Context(), key).Val() {
			value := []byte(packed)
			binary.BigEndian.PutUint16(value[8:], uint16(time.Now().Unix()/secondsPerDay))
			if err := plain.HSet(t.Context(), key, subject, value).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := store.Claim(t.Context(), shard, "holder", time.Minute); err != nil {
		t.Fatal(err)
	}
	if left, err := plain.Keys(t.Context(), "c:*").Result(); err != nil || len(left) > 0 {
		t.Errorf("%d of %d buckets are left, %v", len(left), len(buckets), err)
	}
}

// inShard returns n subjects of the site that are in one shard.
func inShard(site string, shard, n int) []string {
	var subjects []string
	for i := 0; len(subjects) < n; i++ {
		if subject := fmt.Sprint("subject", i); schemas.RedisShard(site, subject) == shard {
			subjects = append(subjects, subject)
		}
	}
	return subjects
}

// TestBucketsSplit records 5000 choices in one shard through one instance: another one, which knew the shard while it
// had one bucket, must find them all, and no bucket may have outgrown the form that Redis packs.
func TestBucketsSplit(t *testing.T) {
	url := startRedis(t)
	writer, closing := open(t, url)
	t.Cleanup(closing)
	reader, closing := open(t, url)
	t.Cleanup(closing)
	site, plain := recordingtest.Site(), client(t, url)
	const shard, choices = 7, 5000
	subjects := inShard(site, shard, choices)
	for batch := range slices.Chunk(subjects, 500) {
		if _, err := reader.Current(t.Context(), site, subjects[0]); err != nil && !errors.Is(err, consent.ErrNotFound) {
			t.Fatal(err)
		}
		var records []consent.Record
		for _, subject := range batch {
			records = append(records, recordingtest.Decision(site, subject))
		}
		for _, outcome := range writer.Commit(t.Context(), records) {
			if outcome.Err != nil {
				t.Fatal(outcome.Err)
			}
		}
	}
	for _, subject := range subjects {
		if _, err := reader.Current(t.Context(), site, subject); err != nil {
			t.Fatalf("choice of %s: %v", subject, err)
		}
	}
	buckets, err := plain.HGet(t.Context(), schemas.CursorKey(shard), schemas.BucketsField).Int()
	if err != nil || buckets < choices/100 || buckets > choices/30 {
		t.Errorf("%d buckets for %d choices, %v", buckets, choices, err)
	}
	kept := int64(0)
	for place := range buckets {
		key := schemas.BucketKey(shard, uint32(place))
		form, err := plain.ObjectEncoding(t.Context(), key).Result()
		if err != nil || form != "listpack" {
			t.Errorf("%s is a %s, %v; want a listpack", key, form, err)
		}
		kept += plain.HLen(t.Context(), key).Val()
	}
	if kept != choices {
		t.Errorf("%d choices in the buckets, want %d", kept, choices)
	}
}
