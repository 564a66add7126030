package redisstore

import (
	"bytes"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
)

func TestCodecKeepsRecords(t *testing.T) {
	at := time.Date(2026, 11, 23, 10, 0, 0, 1000, time.UTC)
	for _, record := range []consent.Record{
		{}, recordingtest.Decision("site", "s"), recordingtest.Refusal("site", "s"), recordingtest.Unicode("sïte", "s"),
	} {
		record.RecordedAt = at
		got, err := decodeEntry(encodeEntry(record))
		if err != nil {
			t.Fatal(err)
		}
		recordingtest.SameRecords(t, got, []consent.Record{record})
	}
}

// FuzzDecode feeds what a damaged or foreign database may hold: no panic, and whatever is understood packs to bytes
// that mean the same.
func FuzzDecode(f *testing.F) {
	f.Add(encode(recordingtest.Unicode("site", "s")))
	f.Add(encodeEntry(recordingtest.Decision("site", "s")))
	f.Add([]byte{codecVersion})
	f.Add(append([]byte{codecVersion, 255}, bytes.Repeat([]byte{255}, 60)...))
	f.Fuzz(func(t *testing.T, packed []byte) {
		at := consent.FromMicros(1)
		if record, err := decode(packed, at); err == nil {
			again, err := decode(encode(record), at)
			if err != nil {
				t.Fatalf("cannot read what was packed: %v", err)
			}
			recordingtest.SameRecords(t, []consent.Record{again}, []consent.Record{record})
		}
		if _, err := decodeEntry(packed); err != nil {
			return
		}
		if _, err := decodeChoice(packed); err != nil {
			return
		}
	})
}
