package shippingtest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assent/server/internal/consent"
	"assent/server/internal/recording"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/shipping"
)

// OpenOutbox opens an instance of the store under test: the outbox and the journal that fills it. Each call opens one
// more on the same data; closing ends that instance only.
type OpenOutbox func(t *testing.T) (journal recording.Journal, outbox shipping.Outbox, closing func())

// TestOutbox runs every case against the store. fresh prepares empty data of its own for one case and returns how to
// open it.
func TestOutbox(t *testing.T, fresh func(t *testing.T) OpenOutbox) {
	cases := map[string]func(t *testing.T, open OpenOutbox){
		"nothing waits":                      outboxEmpty,
		"everything once and in order":       outboxOnce,
		"duplicates are not queued":          outboxDuplicates,
		"replays are queued":                 outboxReplays,
		"a batch stays frozen":               outboxFrozen,
		"different content, different token": outboxTokens,
		"done twice":                         outboxDoneTwice,
		"done by a holder that came late":    outboxLateHolder,
		"refused records are kept":           outboxRefused,
		"leases exclude each other":          outboxLease,
		"a lease ends by itself":             outboxLeaseEnds,
		"concurrent writers":                 outboxConcurrent,
		"cancelled context":                  outboxCancelled,
		"ten thousand in a batch":            outboxTenThousand,
		"unicode":                            outboxUnicode,
		"reopen after close":                 outboxReopen,
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) { run(t, fresh(t)) })
	}
}

func startOutbox(t *testing.T, open OpenOutbox) (recording.Journal, shipping.Outbox) {
	t.Helper()
	journal, outbox, closing := open(t)
	t.Cleanup(closing)
	return journal, outbox
}

// commit records the decisions and returns them as the outbox must hand them on: with their time of recording.
func commit(t *testing.T, journal recording.Journal, batch ...consent.Record) []consent.Record {
	t.Helper()
	stamped := slices.Clone(batch)
	for i, outcome := range journal.Commit(t.Context(), batch) {
		if outcome.Err != nil {
			t.Fatalf("Commit: %v", outcome.Err)
		}
		stamped[i].RecordedAt = outcome.RecordedAt
	}
	return stamped
}

func waiting(t *testing.T, outbox shipping.Outbox) (shards int, total shipping.Waiting) {
	t.Helper()
	all, err := outbox.Waiting(t.Context())
	if err != nil {
		t.Fatalf("Waiting: %v", err)
	}
	for shard, one := range all {
		if (one.Rows == 0) != one.Since.IsZero() {
			t.Errorf("shard %d: %d rows wait since %v", shard, one.Rows, one.Since)
		}
		total.Rows += one.Rows
		total.Refused += one.Refused
	}
	return len(all), total
}

func next(t *testing.T, outbox shipping.Outbox, shard, limit int) shipping.Batch {
	t.Helper()
	batch, err := outbox.Next(t.Context(), shard, limit)
	if err != nil {
		t.Fatalf("Next: %v", err)
	}
	if len(batch.Records) > 0 && (batch.Shard != shard || batch.Token == "") {
		t.Fatalf("batch of shard %d names shard %d and token %q", shard, batch.Shard, batch.Token)
	}
	return batch
}

func done(t *testing.T, outbox shipping.Outbox, batch shipping.Batch, refused ...shipping.Refused) {
	t.Helper()
	if err := outbox.Done(t.Context(), batch, refused...); err != nil {
		t.Fatalf("Done: %v", err)
	}
}

// drain ships everything that waits and returns it shard by shard.
func drain(t *testing.T, outbox shipping.Outbox, limit int) []consent.Record {
	t.Helper()
	var records []consent.Record
	shards, _ := waiting(t, outbox)
	for shard := range shards {
		for batch := next(t, outbox, shard, limit); len(batch.Records) > 0; batch = next(t, outbox, shard, limit) {
			records = append(records, batch.Records...)
			done(t, outbox, batch)
		}
	}
	return records
}

// busiest returns the shard with the most records waiting.
func busiest(t *testing.T, outbox shipping.Outbox) int {
	t.Helper()
	all, err := outbox.Waiting(t.Context())
	if err != nil {
		t.Fatalf("Waiting: %v", err)
	}
	shard := 0
	for i := range all {
		if all[i].Rows > all[shard].Rows {
			shard = i
		}
	}
	return shard
}

func wantSameSet(t *testing.T, got, want []consent.Record) {
	t.Helper()
	byID := func(a, b consent.Record) int { return slices.Compare(a.ID[:], b.ID[:]) }
	recordingtest.SameRecords(t, slices.SortedFunc(slices.Values(got), byID), slices.SortedFunc(slices.Values(want), byID))
}

func outboxEmpty(t *testing.T, open OpenOutbox) {
	_, outbox := startOutbox(t, open)
	shards, total := waiting(t, outbox)
	if shards == 0 || total != (shipping.Waiting{}) {
		t.Errorf("%d shards with %+v, want at least one and nothing waiting", shards, total)
	}
	if got := drain(t, outbox, 100); len(got) > 0 {
		t.Errorf("Next returned %d records, want none", len(got))
	}
}

func outboxOnce(t *testing.T, open OpenOutbox) {
	journal, outbox := startOutbox(t, open)
	site := recordingtest.Site()
	var want []consent.Record
	for round := range 4 {
		var batch []consent.Record
		for i := range 30 {
			batch = append(batch, recordingtest.Decision(site, fmt.Sprint("s", (i+round)%20)))
		}
		want = append(want, commit(t, journal, batch...)...)
	}
	if _, total := waiting(t, outbox); total.Rows != int64(len(want)) {
		t.Errorf("%d rows wait, want %d", total.Rows, len(want))
	}
	got := drain(t, outbox, 7)
	wantSameSet(t, got, want)
	last := map[string]time.Time{}
	for _, record := range got {
		if !record.RecordedAt.After(last[record.Subject]) {
			t.Errorf("subject %s: %v handed on after %v", record.Subject, record.RecordedAt, last[record.Subject])
		}
		last[record.Subject] = record.RecordedAt
	}
	if _, total := waiting(t, outbox); total.Rows != 0 {
		t.Errorf("%d rows wait when all are shipped", total.Rows)
	}
}

func outboxDuplicates(t *testing.T, open OpenOutbox) {
	journal, outbox := startOutbox(t, open)
	record := recordingtest.Decision(recordingtest.Site(), "s1")
	other := recordingtest.Refusal(record.Site, "s1")
	other.ID = record.ID
	want := commit(t, journal, record, record)[:1]
	commit(t, journal, record)
	journal.Commit(t.Context(), []consent.Record{other})
	if _, total := waiting(t, outbox); total.Rows != 1 {
		t.Errorf("%d rows wait, want 1", total.Rows)
	}
	wantSameSet(t, drain(t, outbox, 100), want)
}

func outboxReplays(t *testing.T, open OpenOutbox) {
	journal, outbox := startOutbox(t, open)
	want := commit(t, journal, recordingtest.Decision(recordingtest.Site(), "s1"))
	older := recordingtest.Refusal(want[0].Site, "s1")
	older.RecordedAt = want[0].RecordedAt.Add(-time.Hour)
	want = append(want, commit(t, journal, older)...)
	wantSameSet(t, drain(t, outbox, 100), want)
}

func outboxFrozen(t *testing.T, open OpenOutbox) {
	journal, outbox := startOutbox(t, open)
	_, another := startOutbox(t, open)
	first := commit(t, journal, recordingtest.Decision(recordingtest.Site(), "s1"))
	shard := busiest(t, outbox)
	frozen := next(t, outbox, shard, 100)
	wantSameSet(t, frozen.Records, first)

	second := commit(t, journal, recordingtest.Refusal(first[0].Site, "s1"))
	for _, again := range []shipping.Batch{next(t, outbox, shard, 100), next(t, outbox, shard, 1), next(t, another, shard, 1000)} {
		if diff := cmp.Diff(frozen, again); diff != "" {
			t.Fatalf("frozen batch changed (-first +again):\n%s", diff)
		}
	}
	done(t, outbox, frozen)
	wantSameSet(t, next(t, another, shard, 100).Records, second)
}

func outboxTokens(t *testing.T, open OpenOutbox) {
	journal, outbox := startOutbox(t, open)
	site := recordingtest.Site()
	seen := map[string]bool{}
	for range 5 {
		commit(t, journal, recordingtest.Decision(site, "s1"))
		batch := next(t, outbox, busiest(t, outbox), 100)
		if len(batch.Token) != 64 || seen[batch.Token] {
			t.Errorf("token %q is no SHA-256 or was used for other records", batch.Token)
		}
		seen[batch.Token] = true
		done(t, outbox, batch)
	}
}

func outboxDoneTwice(t *testing.T, open OpenOutbox) {
	journal, outbox := startOutbox(t, open)
	first := commit(t, journal, recordingtest.Decision(recordingtest.Site(), "s1"))
	batch := next(t, outbox, busiest(t, outbox), 100)
	done(t, outbox, batch)
	done(t, outbox, batch)
	second := commit(t, journal, recordingtest.Refusal(first[0].Site, "s1"))
	done(t, outbox, batch)
	if _, total := waiting(t, outbox); total.Rows != 1 {
		t.Errorf("%d rows wait, want 1", total.Rows)
	}
	wantSameSet(t, drain(t, outbox, 100), second)
}

// outboxLateHolder lets a holder whose lease ran out finish after its successor has frozen the next batch.
func outboxLateHolder(t *testing.T, open OpenOutbox) {
	journal, outbox := startOutbox(t, open)
	first := commit(t, journal, recordingtest.Decision(recordingtest.Site(), "s1"))
	shard := busiest(t, outbox)
	late := next(t, outbox, shard, 100)
	done(t, outbox, next(t, outbox, shard, 100))
	second := commit(t, journal, recordingtest.Refusal(first[0].Site, "s1"))
	frozen := next(t, outbox, shard, 100)
	done(t, outbox, late, shipping.Refused{Record: late.Records[0], Reason: "too late to matter"})
	if diff := cmp.Diff(frozen, next(t, outbox, shard, 100)); diff != "" {
		t.Fatalf("a late holder changed the frozen batch (-before +after):\n%s", diff)
	}
	wantSameSet(t, drain(t, outbox, 100), second)
	if _, total := waiting(t, outbox); total.Refused != 0 {
		t.Errorf("%d dead letters from a batch that another holder shipped", total.Refused)
	}
}

func outboxRefused(t *testing.T, open OpenOutbox) {
	journal, outbox, closing := open(t)
	commit(t, journal, recordingtest.Decision(recordingtest.Site(), "s1"), recordingtest.Unicode(recordingtest.Site(), "s2"))
	shards, _ := waiting(t, outbox)
	for shard := range shards {
		batch := next(t, outbox, shard, 100)
		if len(batch.Records) == 0 {
			continue
		}
		var refused []shipping.Refused
		for _, record := range batch.Records {
			refused = append(refused, shipping.Refused{Record: record, Reason: "cannot parse «x»"})
		}
		done(t, outbox, batch, refused...)
	}
	closing()
	_, outbox = startOutbox(t, open)
	if _, total := waiting(t, outbox); total.Rows != 0 || total.Refused != 2 {
		t.Errorf("%d rows wait and %d are kept as refused, want 0 and 2", total.Rows, total.Refused)
	}
}

func claim(t *testing.T, outbox shipping.Outbox, holder string, ttl time.Duration) bool {
	t.Helper()
	held, err := outbox.Claim(t.Context(), 0, holder, ttl)
	if err != nil {
		t.Fatalf("Claim: %v", err)
	}
	return held
}

func outboxLease(t *testing.T, open OpenOutbox) {
	_, one := startOutbox(t, open)
	_, two := startOutbox(t, open)
	for range 2 {
		if !claim(t, one, "one", time.Hour) {
			t.Error("the holder cannot take or renew its lease")
		}
	}
	if claim(t, two, "two", time.Hour) {
		t.Error("two holders have the same shard")
	}
}

func outboxLeaseEnds(t *testing.T, open OpenOutbox) {
	_, outbox := startOutbox(t, open)
	if !claim(t, outbox, "one", 20*time.Millisecond) {
		t.Error("the holder cannot take its lease")
	}
	for !claim(t, outbox, "two", time.Hour) {
		time.Sleep(5 * time.Millisecond)
	}
	if claim(t, outbox, "one", time.Hour) {
		t.Error("the former holder renewed a lease that another one has")
	}
}

func outboxCancelled(t *testing.T, open OpenOutbox) {
	journal, outbox := startOutbox(t, open)
	want := commit(t, journal, recordingtest.Decision(recordingtest.Site(), "s1"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	shard := busiest(t, outbox)
	if _, err := outbox.Next(ctx, shard, 100); err == nil {
		t.Error("Next answered under a cancelled context")
	}
	if _, err := outbox.Waiting(ctx); err == nil {
		t.Error("Waiting answered under a cancelled context")
	}
	if err := outbox.Done(ctx, next(t, outbox, shard, 100)); err == nil {
		t.Error("Done answered under a cancelled context")
	}
	wantSameSet(t, drain(t, outbox, 100), want)
}

func outboxTenThousand(t *testing.T, open OpenOutbox) {
	journal, outbox := startOutbox(t, open)
	site := recordingtest.Site()
	batch := make([]consent.Record, 10_000)
	for i := range batch {
		batch[i] = recordingtest.Decision(site, fmt.Sprint("s", i%3000))
	}
	want := commit(t, journal, batch...)
	wantSameSet(t, drain(t, outbox, 1000), want)
}

func outboxUnicode(t *testing.T, open OpenOutbox) {
	journal, outbox := startOutbox(t, open)
	want := commit(t, journal, recordingtest.Unicode(recordingtest.Site(), "sübject"))
	wantSameSet(t, drain(t, outbox, 100), want)
}

func outboxReopen(t *testing.T, open OpenOutbox) {
	journal, outbox, closing := open(t)
	first := commit(t, journal, recordingtest.Decision(recordingtest.Site(), "s1"))
	shard := busiest(t, outbox)
	frozen := next(t, outbox, shard, 100)
	second := commit(t, journal, recordingtest.Refusal(first[0].Site, "s1"))
	closing()

	_, outbox = startOutbox(t, open)
	if diff := cmp.Diff(frozen, next(t, outbox, shard, 1)); diff != "" {
		t.Fatalf("the frozen batch changed over a restart (-before +after):\n%s", diff)
	}
	wantSameSet(t, drain(t, outbox, 100), append(first, second...))
}
