package redisstore

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"

	"github.com/google/uuid"

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

// first is a record as the first version packed it.
const first = "01019abf1e7c3a7d528f415d1f3c2b9a100473686f70027331026e3104736176650662616e6e65720264651568747470733a" +
	"2f2f73686f702e6578616d706c652f010209616e616c797469637301096d61726b6574696e67000107796f75747562650182" +
	"a0c782d5bbb006e802010a636c6f636b2d736b6577"

func TestARecordOfTheFirstVersionIsStillRead(t *testing.T) {
	packed, err := hex.DecodeString(first)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 10, 0, 0, 1000, time.UTC)
	got, err := decode(packed, at)
	if err != nil {
		t.Fatal(err)
	}
	want := consent.Record{
		ID: uuid.MustParse("019abf1e-7c3a-7d52-8f41-5d1f3c2b9a10"), Site: "shop", Subject: "s1", Notice: "n1",
		Action: consent.Save, Source: "banner", Locale: "de", Page: "https://shop.example/", Synthetic: true,
		Purposes: map[string]bool{"analytics": true, "marketing": false}, Services: map[string]bool{"youtube": true},
		DecidedAt: at, RecordedAt: at, LifetimeDays: 180, Flags: []string{consent.FlagClockSkew}, Regime: consent.OptIn,
	}
	recordingtest.SameRecords(t, []consent.Record{got}, []consent.Record{want})
}

// FuzzDecode feeds what a damaged or foreign database may hold: no panic, and whatever is understood packs to bytes
// that mean the same.
func FuzzDecode(f *testing.F) {
	f.Add(encode(recordingtest.Unicode("site", "s")))
	if packed, err := hex.DecodeString(first); err == nil {
		f.Add(packed)
	}
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
		if records, err := decodeEntry(packed); err == nil && len(packed) > 1 && len(records) == 0 {
			t.Fatal("an entry that holds something is read as empty")
		}
		if choice, err := decodeChoice(packed); err == nil && choice.Current().Subject != choice.Subject {
			t.Fatal("the choice is somebody else's")
		}
	})
}
