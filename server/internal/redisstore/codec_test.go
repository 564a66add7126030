package redisstore

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/useragent"
)

func TestCodecKeepsRecords(t *testing.T) {
	at := time.Date(2026, 11, 23, 10, 0, 0, 1000, time.UTC)
	for _, record := range []consent.Record{
		{}, recordingtest.Decision("site", "s"), recordingtest.Refusal("site", "s"), recordingtest.Unicode("sïte", "s"),
	} {
		record.RecordedAt = at
		got, err := decodeEntry(encodeEntry(record), spelledOut)
		if err != nil {
			t.Fatal(err)
		}
		recordingtest.SameRecords(t, got, []consent.Record{record})
	}
}

// spelledOut is for entries that name no template.
func spelledOut(name templateName) (consent.Record, error) {
	return consent.Record{}, fmt.Errorf("template %x: %w", name, errDamaged)
}

// TestFormerEntriesAreRead: what the version before has put into the outbox is shipped by this one.
func TestFormerEntriesAreRead(t *testing.T) {
	want := recordingtest.Decision("site", "s")
	want.Country, want.Device, want.Browser, want.Waited = "", "", "", 0
	want.RecordedAt = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	packed := encodeEntry(want)
	former := append([]byte{formerEntry}, packed[1:len(packed)-len(appendOrigin(nil, want))]...)
	got, err := decodeEntry(former, spelledOut)
	if err != nil {
		t.Fatal(err)
	}
	recordingtest.SameRecords(t, got, []consent.Record{want})
}

// TestOriginsArePacked: what the server tells of browsers takes four bytes.
func TestOriginsArePacked(t *testing.T) {
	for _, device := range append(useragent.Devices, "") {
		for _, browser := range append(useragent.Browsers, "") {
			for _, waited := range append(consent.Waits, 0) {
				want := consent.Record{Device: device, Browser: browser, Country: "DE", Waited: waited}
				packed := appendOrigin(nil, want)
				d, got := decoder{rest: packed}, consent.Record{}
				if d.origin(&got); len(packed) != 4 || d.damaged || got.Device != device || got.Browser != browser || got.Country != "DE" || got.Waited != waited {
					t.Errorf("%+v comes back as %+v from %d bytes", want, got, len(packed))
				}
			}
		}
	}
}

// TestSubjectsArePacked goes beyond what browsers send: whatever a subject is, it comes back.
func TestSubjectsArePacked(t *testing.T) {
	for subject, size := range map[string]int{
		"Zm9vYmFyYmF6cXV4cXV1eA": 18, "______________________": 18, "----------------------": 18, "AAAAAAAAAAAAAAAAAAAAAA": 18,
		"": 1, "s1": 3, "sübject of 22 bytes..": 23, "Zm9vYmFyYmF6cXV4cXV1e=": 23, "Zm9vYmFyYmF6cXV4cXV1\r\n": 23,
	} {
		packed := appendSubject(nil, subject)
		d := decoder{rest: packed}
		if got := d.subject(); got != subject || d.damaged || len(d.rest) > 0 || len(packed) != size {
			t.Errorf("%q comes back as %q from %d bytes, want %d", subject, got, len(packed), size)
		}
	}
}

// TestBucketsGrow holds linear hashing to what reading and splitting rely on: one more bucket moves subjects of one
// bucket only, and to the new one.
func TestBucketsGrow(t *testing.T) {
	for i := range 200 {
		name := nameSubject("site", fmt.Sprint("s", i))
		for buckets := uint32(1); buckets < 70; buckets++ {
			before, after := name.bucket(buckets), name.bucket(buckets+1)
			if before >= buckets || before != after && after != buckets {
				t.Fatalf("subject %d moves from bucket %d of %d to %d", i, before, buckets, after)
			}
		}
	}
}

// older is a choice, a record and an entry as the first layout began.
var older = []byte("\x01\x01\x9a\xbf\x1e\x7c\x3a\x7d\x52\x8f\x41\x5d\x1f\x3c\x2b\x9a\x10\x04shop\x02s1\x02n1")

func TestAnOlderLayoutIsNamed(t *testing.T) {
	_, choice := decodeChoice(older)
	_, template := decodeTemplate(older)
	_, entry := decodeEntry(older, spelledOut)
	for what, err := range map[string]error{"choice": choice, "template": template, "entry": entry} {
		if err == nil || !strings.Contains(err.Error(), "layout 1") {
			t.Errorf("%s: %v, want an error that names the layout", what, err)
		}
	}
}

// FuzzDecode feeds what a damaged or foreign database may hold: no panic, and whatever is understood packs to bytes
// that mean the same.
func FuzzDecode(f *testing.F) {
	f.Add(encodeEntry(recordingtest.Unicode("site", "s")))
	f.Add(encodeEntry(recordingtest.Decision("site", "Zm9vYmFyYmF6cXV4cXV1eA")))
	f.Add(appendTemplate(nil, recordingtest.Unicode("site", "s")))
	f.Add(older)
	f.Add([]byte{layoutVersion})
	f.Add(append([]byte{layoutVersion}, bytes.Repeat([]byte{255}, 60)...))
	f.Fuzz(func(t *testing.T, packed []byte) {
		records, _ := decodeEntry(packed, spelledOut)
		for _, record := range records {
			again, err := decodeEntry(encodeEntry(record), spelledOut)
			if err != nil {
				t.Fatalf("cannot read what was packed: %v", err)
			}
			recordingtest.SameRecords(t, again, []consent.Record{record})
		}
		if template, err := decodeTemplate(packed); err == nil {
			again, err := decodeTemplate(appendTemplate(nil, template))
			if err != nil {
				t.Fatalf("cannot read what was packed: %v", err)
			}
			again.Page, template.Page = "", "" // The origin of an origin may be shorter, which only damage has.
			recordingtest.SameRecords(t, []consent.Record{again}, []consent.Record{template})
		}
		_, _ = decodeChoice(packed)
	})
}
