package redisstore_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/redisstore"
)

// TestMoreTemplatesThanNames records under so many notices that a shard has no names left: choices and outbox spell the
// rest out.
func TestMoreTemplatesThanNames(t *testing.T) {
	url := startRedis(t)
	store, closing := open(t, url)
	t.Cleanup(closing)
	site := recordingtest.Site()
	shard := schemas.RedisShard(site, "s1")
	var batch []consent.Record
	for i := range 8500 {
		record := recordingtest.Decision(site, "s1")
		record.Notice = fmt.Sprint("notice", i)
		batch = append(batch, record)
	}
	for i, outcome := range store.Commit(t.Context(), batch) {
		if outcome.Err != nil {
			t.Fatal(outcome.Err)
		}
		batch[i].RecordedAt = outcome.RecordedAt
	}
	last := batch[len(batch)-1]
	if current, err := store.Current(t.Context(), site, "s1"); err != nil || current.Choice.Notice != last.Notice {
		t.Errorf("choice %+v, %v; want that of %s", current, err, last.Notice)
	}
	if held, err := store.Claim(t.Context(), shard, "holder", time.Minute); err != nil || !held {
		t.Fatalf("Claim: %v, %v", held, err)
	}
	shipped, err := store.Next(t.Context(), shard, len(batch))
	if err != nil {
		t.Fatal(err)
	}
	if len(shipped.Records) != len(batch) {
		t.Fatalf("%d decisions in the outbox, want %d", len(shipped.Records), len(batch))
	}
	const around = 8000 // The names end behind that.
	recordingtest.SameRecords(t, shipped.Records[around:], batch[around:])
	plain := client(t, url)
	names, err := plain.HLen(t.Context(), schemas.CursorKey(shard)).Result()
	if err != nil || names > 8192+20 {
		t.Errorf("%d fields, %v; want them bounded", names, err)
	}
	apart, err := plain.Keys(t.Context(), "a:*").Result()
	if err != nil || len(apart) != 1 {
		t.Fatalf("%d templates apart, %v; want that of the choice", len(apart), err)
	}
	if left, err := plain.TTL(t.Context(), apart[0]).Result(); err != nil || left < 180*secondsPerDay*time.Second {
		t.Errorf("it is kept for %v, %v; want it as long as the choice", left, err)
	}
}

// TestMadeUpNoticesTakeNoNames refuses a notice that was never published, as anybody can do any number of times.
func TestMadeUpNoticesTakeNoNames(t *testing.T) {
	url := startRedis(t)
	store, closing := open(t, url)
	t.Cleanup(closing)
	record := recordingtest.Refusal(recordingtest.Site(), "s1")
	record.Flags = []string{consent.FlagUnknownNotice}
	if outcome := store.Commit(t.Context(), []consent.Record{record})[0]; outcome.Err != nil {
		t.Fatal(outcome.Err)
	}
	if current, err := store.Current(t.Context(), record.Site, "s1"); err != nil || current.Choice.Notice != record.Notice {
		t.Errorf("choice %+v, %v", current, err)
	}
	fields, err := client(t, url).HKeys(t.Context(), schemas.CursorKey(schemas.RedisShard(record.Site, "s1"))).Result()
	if err != nil || len(fields) == 0 {
		t.Fatalf("fields of the shard: %q, %v", fields, err)
	}
	for _, field := range fields {
		if len(field) > 1 {
			t.Errorf("the shard keeps the name %x", field)
		}
	}
}

// TestAnotherLayoutIsRefused covers data that another version of the program has written.
func TestAnotherLayoutIsRefused(t *testing.T) {
	url := startRedis(t)
	store, closing := open(t, url)
	t.Cleanup(closing)
	plain := client(t, url)
	record := recordingtest.Decision(recordingtest.Site(), "s1")
	store.Commit(t.Context(), []consent.Record{record})
	shard := schemas.RedisShard(record.Site, "s1")
	key, subject, packed := bucketOf(t, plain, shard)
	packed[0] = 9
	if err := plain.HSet(t.Context(), key, subject, packed).Err(); err != nil {
		t.Fatal(err)
	}
	wantLayout := func(doing string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), "layout") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line that names the layout", doing, err)
		}
	}
	refused := func(doing string) {
		t.Helper()
		wantLayout(doing+": commit", store.Commit(t.Context(), []consent.Record{recordingtest.Decision(record.Site, "s1")})[0].Err)
		_, err := store.Current(t.Context(), record.Site, "s1")
		wantLayout(doing+": Current", err)
	}
	refused("a later choice")
	for doing, change := range map[string]*redis.IntCmd{
		"a later shard": plain.HSet(t.Context(), schemas.CursorKey(shard), schemas.LayoutField, "9"),
		"the first one": plain.HDel(t.Context(), schemas.CursorKey(shard), schemas.LayoutField),
	} {
		if change.Err() != nil {
			t.Fatal(change.Err())
		}
		refused(doing)
		_, err := redisstore.Open(t.Context(), url, redisstore.Options{})
		wantLayout(doing+": Open", err)
	}
}
