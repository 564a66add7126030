// Package recordingtest holds every implementation of recording.Journal to the same promises.
package recordingtest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"assent/server/internal/consent"
)

// Site returns a site id that no other test uses, so that stores with old data in them can be tested too.
func Site() string {
	return "site" + strings.ReplaceAll(uuid.NewString(), "-", "")[:16]
}

// Decision returns a new decision of the subject, with every member filled, as the journal gets it: without time of
// recording. Ids grow from call to call.
func Decision(site, subject string) consent.Record {
	return consent.Record{
		ID:           uuid.Must(uuid.NewV7()),
		Site:         site,
		Subject:      subject,
		Notice:       "3q2-7w",
		Action:       consent.Save,
		Purposes:     map[string]bool{"analytics": true, "marketing": false},
		Services:     map[string]bool{"youtube": true},
		Source:       "preferences",
		Synthetic:    true,
		Locale:       "de",
		Page:         "https://shop.example/cart",
		DecidedAt:    time.Date(2026, 11, 23, 10, 0, 0, 123456000, time.UTC),
		LifetimeDays: 180,
		Flags:        []string{consent.FlagClockSkew},
		Regime:       consent.OptOut,
		Removed:      []string{"_ga", "_gid"},
		Country:      "DE",
		Device:       "phone",
		Browser:      "firefox",
		Waited:       8,
	}
}

// Refusal is Decision with nothing granted.
func Refusal(site, subject string) consent.Record {
	record := Decision(site, subject)
	record.Action = consent.RejectAll
	record.Purposes = map[string]bool{"analytics": false, "marketing": false}
	record.Services = nil
	return record
}

// Withdrawal is Refusal by one who had granted.
func Withdrawal(site, subject string) consent.Record {
	record := Refusal(site, subject)
	record.Action = consent.Withdraw
	return record
}

// Unicode is a decision whose texts try the store's encoding and quoting.
func Unicode(site, subject string) consent.Record {
	record := Decision(site, subject)
	record.Locale = "zh-Hant"
	record.Page = "https://пример.example/Größe/買い物/🛒/'\"\\`\t\n\x00%_{}"
	record.Purposes = map[string]bool{"Werbung für Ähnliches": true, "統計": false, "'quoted'": true, "a\x00b": false}
	record.Services = map[string]bool{"наш-сервис": false, "🎥": true, "": true}
	record.Flags = []string{"ünüsual", "with,comma", `with"quote`}
	record.Removed = []string{"größe", "a\x00b", "", `'"\`, "🍪"}
	record.Country, record.Device, record.Browser, record.Waited = "ÜÄÖ", "a\x00b", `'"\`, 7
	return record
}

// SameRecords fails the test unless both are equal as the contract sees them: times by instant, empty like absent.
func SameRecords(t testing.TB, got, want []consent.Record) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("records differ (-want +got):\n%s", diff)
	}
}
