package exposure_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/daykey"
	"assent/server/internal/exposure"
)

func schemaAccepts(t testing.TB) func(body []byte) bool {
	t.Helper()
	compiled, err := schemas.Compile("exposure.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return func(body []byte) bool {
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		return err == nil && compiled.Validate(document) == nil
	}
}

func examples(t testing.TB, verdict string) map[string][]byte {
	t.Helper()
	files, err := fs.Glob(schemas.Examples, "examples/"+verdict+"/exposure.*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no %s examples: %v", verdict, err)
	}
	bodies := map[string][]byte{}
	for _, file := range files {
		body, err := schemas.Examples.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		bodies[file] = body
	}
	return bodies
}

func TestCorpusSchemaAndRulesAgree(t *testing.T) {
	accepts := schemaAccepts(t)
	for verdict, valid := range map[string]bool{"valid": true, "invalid": false} {
		for file, body := range examples(t, verdict) {
			_, err := exposure.Decode(body)
			var invalid *consent.InvalidError
			if (err == nil) != valid || accepts(body) != valid || err != nil && !errors.As(err, &invalid) {
				t.Errorf("%s: rules %v, schema %v, want valid=%v", file, err, accepts(body), valid)
			}
		}
	}
	if _, err := exposure.Decode([]byte(`{"notice":"n1","event":"shown","event":"hidden"}`)); err == nil {
		t.Error("two events in one")
	}
}

// FuzzDecode holds the hand-written rules to the schema.
func FuzzDecode(f *testing.F) {
	for _, verdict := range []string{"valid", "invalid"} {
		for _, body := range examples(f, verdict) {
			f.Add(body)
		}
	}
	accepts := schemaAccepts(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := exposure.Decode(body); err == nil && !accepts(body) {
			t.Fatalf("rules accept what the schema refuses: %s", body)
		}
	})
}

// keys is a store of day keys that can be away.
type keys struct {
	kept map[string][]byte
	away error
}

func (k *keys) DayKey(_ context.Context, day string, fresh []byte) ([]byte, error) {
	if k.away == nil && k.kept[day] == nil {
		k.kept[day] = fresh
	}
	return k.kept[day], k.away
}

var noon = time.Date(2026, 11, 25, 12, 0, 30, 0, time.UTC)

// signer returns an instance whose clock the test sets.
func signer(store daykey.Store, now *time.Time) *exposure.Signer {
	return exposure.NewSigner(daykey.NewRing(store, rand.Reader), func() time.Time { return *now })
}

// swap returns the token with another character at a place.
func swap(token string, at int) string {
	other := "A"
	if token[at] == other[0] {
		other = "B"
	}
	return token[:at] + other + token[at+1:]
}

func TestATokenTellsThatItsNoticeWasOnScreen(t *testing.T) {
	now, store := noon, &keys{kept: map[string][]byte{}}
	one, two := signer(store, &now), signer(store, &now)
	token, err := one.Token(t.Context(), "shop", "n1", "")
	if err != nil || len(token) > 60 || strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		t.Fatalf("%q, %v", token, err)
	}
	for name, c := range map[string]struct {
		site, notice, token string
		after               time.Duration
		want                bool
	}{
		"at once":             {"shop", "n1", token, 0, true},
		"after a day":         {"shop", "n1", token, 24 * time.Hour, true},
		"after more":          {"shop", "n1", token, 24*time.Hour + time.Minute, false},
		"a clock behind":      {"shop", "n1", token, -4 * time.Minute, true},
		"from the future":     {"shop", "n1", token, -10 * time.Minute, false},
		"another notice":      {"shop", "n2", token, 0, false},
		"another site":        {"shop2", "n1", token, 0, false},
		"names moved":         {"shopn", "1", token, 0, false},
		"none":                {"shop", "n1", "", 0, false},
		"cut":                 {"shop", "n1", token[:len(token)-1], 0, false},
		"longer":              {"shop", "n1", token + "A", 0, false},
		"padded":              {"shop", "n1", token + "=", 0, false},
		"not base64url":       {"shop", "n1", "+" + token[1:], 0, false},
		"another version":     {"shop", "n1", "Ab" + token[2:], 0, false},
		"of the preferences":  {"shop", "n1", "Aw" + token[2:], 0, false},
		"another second":      {"shop", "n1", swap(token, 5), 0, false},
		"a forged MAC":        {"shop", "n1", token[:20] + "AAAAAAAA", 0, false},
		"of nothing but zero": {"shop", "n1", strings.Repeat("A", len(token)), 0, false},
	} {
		now = noon.Add(c.after)
		if got, waited := two.Seen(t.Context(), c.token, c.site, c.notice); got != c.want || (waited > 0) != c.want || c.want && waited != max(c.after, time.Second) {
			t.Errorf("%s: seen=%v, %v ago", name, got, waited)
		}
	}
}

func TestATokenOfThePreferencesTellsNoWait(t *testing.T) {
	now := noon
	one := signer(&keys{kept: map[string][]byte{}}, &now)
	token, err := one.Token(t.Context(), "shop", "n1", exposure.Preferences)
	if err != nil {
		t.Fatal(err)
	}
	now = noon.Add(time.Minute)
	if seen, waited := one.Seen(t.Context(), token, "shop", "n1"); !seen || waited != 0 {
		t.Errorf("seen=%v, %v ago", seen, waited)
	}
}

func TestATokenSurvivesMidnightAndARestartAndNotAnotherDeployment(t *testing.T) {
	now, store := noon.Truncate(24*time.Hour).Add(-time.Second), &keys{kept: map[string][]byte{}}
	token, err := signer(store, &now).Token(t.Context(), "shop", "n1", "")
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * time.Second)
	if seen, _ := signer(store, &now).Seen(t.Context(), token, "shop", "n1"); !seen {
		t.Error("a token of yesterday, checked by a fresh instance, is not valid")
	}
	if seen, _ := signer(&keys{kept: map[string][]byte{}}, &now).Seen(t.Context(), token, "shop", "n1"); seen {
		t.Error("another deployment's token is valid")
	}
}

func TestWithoutItsKeyNoTokenIsIssuedOrValid(t *testing.T) {
	now, store := noon, &keys{kept: map[string][]byte{}}
	token, err := signer(store, &now).Token(t.Context(), "shop", "n1", "")
	if err != nil {
		t.Fatal(err)
	}
	store.away = consent.ErrUnavailable
	fresh := signer(store, &now)
	if got, err := fresh.Token(t.Context(), "shop", "n1", ""); !errors.Is(err, consent.ErrUnavailable) {
		t.Errorf("%q, %v", got, err)
	}
	if seen, _ := fresh.Seen(t.Context(), token, "shop", "n1"); seen {
		t.Error("valid, and nobody could check it")
	}
}

// FuzzValid looks for a token that was not issued and is valid all the same.
func FuzzValid(f *testing.F) {
	now := noon
	one := signer(&keys{kept: map[string][]byte{}}, &now)
	token, err := one.Token(f.Context(), "shop", "n1", "")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{token, token[:27], token + "=", strings.Repeat("_", 28), ""} {
		f.Add(seed, "shop", "n1")
	}
	f.Fuzz(func(t *testing.T, forged, site, notice string) {
		if seen, _ := one.Seen(t.Context(), forged, site, notice); seen && (forged != token || site != "shop" || notice != "n1") {
			t.Fatalf("%q is valid for %q, %q", forged, site, notice)
		}
	})
}
