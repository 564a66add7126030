package evidence_test

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/evidence"
)

// memory is a store for tests of what is above it.
type memory struct{ keys [][]byte }

func (m *memory) SigningKeys(context.Context) ([][]byte, error) { return m.keys, nil }

func (m *memory) AddSigningKey(_ context.Context, place int, key []byte) (bool, error) {
	if place != len(m.keys) {
		return false, nil
	}
	m.keys = append(m.keys, key)
	return true, nil
}

func openRing(t *testing.T, source evidence.Source) *evidence.Keyring {
	t.Helper()
	ring, err := evidence.OpenKeyring(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func published(t *testing.T, ring *evidence.Keyring) evidence.PublishedKeys {
	t.Helper()
	keys, err := evidence.ReadPublished(ring.Published())
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func freshKeys(t *testing.T) *evidence.Stored {
	t.Helper()
	stored := evidence.NewStored(&memory{}, rand.Reader, time.Now)
	if err := stored.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	return stored
}

var notice = schemas.Notice{
	Purposes:  []schemas.Purpose{{ID: "essential"}, {ID: "analytics"}, {ID: "marketing"}},
	Languages: []string{"en", "de"}, PrivacyPolicy: "https://shop.example/privacy", LifetimeDays: 180,
	Texts: map[string]map[string]string{
		"en": {"purpose.analytics.title": "Analytics", "action.open": "Privacy settings"},
		"de": {"purpose.analytics.title": "Statistik", "purpose.marketing.title": "Marketing", "action.open": "Datenschutz-Einstellungen"},
	},
	Services: []schemas.Service{
		{ID: "google-analytics", Purpose: "analytics", Name: "Google Analytics", Provider: "Google Ireland Ltd", Country: "US", Safeguard: "adequacy",
			Retention: "P13M", Cookies: []string{"_ga", "_ga_*"}, Policy: "https://policies.google.com/privacy"},
		{ID: "youtube", Purpose: "marketing", Name: "YouTube", Provider: "Google Ireland Ltd"},
	},
	Controller: schemas.Controller{Name: "Shop GmbH", Address: "Musterstraße 1, 10115 Berlin", Contact: "privacy@shop.example"},
}

func decision() consent.Record {
	at := time.Date(2026, 11, 23, 10, 0, 0, 123456000, time.UTC)
	return consent.Record{ID: uuid.MustParse("019abf1e-7c3a-7d52-8f41-5d1f3c2b9a10"), Site: "shop", Subject: "Zm9vYmFyYmF6cXV4cXV1eA", Notice: "notice",
		Action: consent.Save, Purposes: map[string]bool{"analytics": true, "marketing": false}, Services: map[string]bool{"youtube": true},
		Source: "preferences", Locale: "de-AT", Page: "https://shop.example/Größe", DecidedAt: at.Add(-time.Second).In(time.FixedZone("", 3600)), RecordedAt: at,
		LifetimeDays: 180, Regime: consent.OptIn, Country: "AT"}
}

func sign(t *testing.T, ring *evidence.Keyring) string {
	t.Helper()
	signed, err := ring.Sign(evidence.State(decision(), evidence.Shown{Notice: &notice}, "https://assent.example"))
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// ASVS 4.1.5
func TestAReceiptIsTheSameEachTimeAndVerifies(t *testing.T) {
	stored := freshKeys(t)
	ring := openRing(t, stored)
	first := sign(t, ring)
	if again := sign(t, openRing(t, stored)); again != first {
		t.Errorf("the same decision signed twice differs:\n%s\n%s", first, again)
	}
	found, err := published(t, ring).Verify(first)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(evidence.State(decision(), evidence.Shown{Notice: &notice}, "https://assent.example"), found.Statement); diff != "" {
		t.Errorf("signed (-want +got):\n%s", diff)
	}
}

func TestAStatementKeepsToItsSchema(t *testing.T) {
	schema, err := schemas.Compile("statement.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	unknown := decision()
	unknown.Action, unknown.Purposes, unknown.Services, unknown.DecidedAt = consent.RejectAll, map[string]bool{}, nil, time.Time{}
	for name, statement := range map[string]schemas.Statement{
		"all told":       evidence.State(decision(), evidence.Shown{Notice: &notice}, "https://assent.example"),
		"unknown notice": evidence.State(unknown, evidence.Shown{}, ""),
	} {
		text, err := json.Marshal(statement)
		if err != nil {
			t.Fatal(err)
		}
		var document any
		if err := json.Unmarshal(text, &document); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(document); err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}

func TestWhatAStatementSays(t *testing.T) {
	got := evidence.State(decision(), evidence.Shown{Notice: &notice}, "")
	if got.Notice.Language != "de" || got.Withdrawal != "Datenschutz-Einstellungen" || got.Event.State != "given" || got.Event.Validity != "P180D" || got.Jurisdiction != "AT" {
		t.Errorf("%+v", got)
	}
	analytics, marketing := got.Processing[1], got.Processing[2]
	if !analytics.Granted || analytics.Basis != "consent" || analytics.Title != "Statistik" || !analytics.Services[0].Granted {
		t.Errorf("%+v", analytics)
	}
	if marketing.Granted || marketing.Basis != "" || !marketing.Services[0].Granted {
		t.Errorf("a service that was granted apart: %+v", marketing)
	}
	want := []schemas.Party{{ID: "controller", Name: "Shop GmbH", Address: "Musterstraße 1, 10115 Berlin", Contact: "privacy@shop.example", Type: "controller"},
		{ID: "Google Ireland Ltd", Name: "Google Ireland Ltd", Contact: "https://policies.google.com/privacy", Type: "recipient"}}
	if diff := cmp.Diff(want, got.Parties); diff != "" {
		t.Errorf("parties (-want +got):\n%s", diff)
	}
	optedOut := decision()
	optedOut.Regime = consent.OptOut
	if basis := evidence.State(optedOut, evidence.Shown{Notice: &notice}, "").Processing[1].Basis; basis != "" {
		t.Errorf("where silence lets data be used, the ground is said to be %q", basis)
	}
}

// ASVS 4.1.5
func TestAnyChangedByteIsFound(t *testing.T) {
	ring := openRing(t, freshKeys(t))
	keys, signed := published(t, ring), sign(t, ring)
	for i := range signed {
		for _, other := range []byte{signed[i] ^ 1, signed[i] ^ 4, '.', 'A'} {
			forged := []byte(signed)
			if forged[i] = other; forged[i] == signed[i] {
				continue
			}
			if _, err := keys.Verify(string(forged)); err == nil {
				t.Fatalf("byte %d changed from %q to %q is not found", i, signed[i], other)
			}
		}
	}
	for _, longer := range []string{signed + "A", signed + "\n", "A" + signed, signed + "=", signed[:len(signed)-1], ""} {
		if _, err := keys.Verify(longer); err == nil {
			t.Errorf("%q passes", longer)
		}
	}
}

// made is a compact JWS with any header, signed as sign says.
func made(header map[string]any, payload string, sign func(input []byte) []byte) string {
	head, err := json.Marshal(header)
	if err != nil {
		panic(err)
	}
	input := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
	return input + "." + base64.RawURLEncoding.EncodeToString(sign([]byte(input)))
}

// ASVS 9.1.2
func TestConfusionIsRefused(t *testing.T) {
	file := evidence.File(filepath.Join(t.TempDir(), "keys.json"))
	key, err := file.Rotate(t.Context(), rand.Reader, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	keys := published(t, openRing(t, file))
	_, stranger, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	byUs := func(input []byte) []byte { return ed25519.Sign(key.Private, input) }
	byStranger := func(input []byte) []byte { return ed25519.Sign(stranger, input) }
	const typ = "assent-receipt+jwt"
	if _, err := keys.Verify(made(map[string]any{"alg": "EdDSA", "kid": key.ID, "typ": typ}, `{}`, byUs)); err != nil {
		t.Fatalf("what the cases below differ from: %v", err)
	}
	for name, c := range map[string]struct {
		header map[string]any
		sign   func([]byte) []byte
		want   error
	}{
		"none": {map[string]any{"alg": "none", "kid": key.ID, "typ": typ}, func([]byte) []byte { return nil }, evidence.ErrAlgorithm},
		"HS256 with the public key": {map[string]any{"alg": "HS256", "kid": key.ID, "typ": typ}, func(input []byte) []byte {
			mac := hmac.New(sha256.New, key.Public)
			mac.Write(input)
			return mac.Sum(nil)
		}, evidence.ErrAlgorithm},
		"another's signature": {map[string]any{"alg": "EdDSA", "kid": key.ID, "typ": typ}, byStranger, evidence.ErrForged},
		"a key of its own": {map[string]any{"alg": "EdDSA", "kid": key.ID, "typ": typ, "jwk": map[string]any{"kty": "OKP", "crv": "Ed25519",
			"x": base64.RawURLEncoding.EncodeToString(stranger.Public().(ed25519.PublicKey))}}, byStranger, evidence.ErrForged},
		"unknown key":     {map[string]any{"alg": "EdDSA", "kid": "nobody's", "typ": typ}, byUs, evidence.ErrUnknownKey},
		"no key":          {map[string]any{"alg": "EdDSA", "typ": typ}, byUs, evidence.ErrUnknownKey},
		"another type":    {map[string]any{"alg": "EdDSA", "kid": key.ID, "typ": "JWT"}, byUs, evidence.ErrNoReceipt},
		"critical header": {map[string]any{"alg": "EdDSA", "kid": key.ID, "typ": typ, "crit": []string{"exp"}, "exp": 1}, byUs, evidence.ErrForged},
	} {
		if _, err := keys.Verify(made(c.header, `{}`, c.sign)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// ASVS 13.3.4
// Threat B5.22
func TestARotatedKeyVerifiesForEver(t *testing.T) {
	stored := freshKeys(t)
	before := sign(t, openRing(t, stored))
	newest, err := stored.Rotate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ring := openRing(t, stored)
	after := sign(t, ring)
	for name, signed := range map[string]string{"before": before, "after": after} {
		if _, err := published(t, ring).Verify(signed); err != nil {
			t.Errorf("signed %s the rotation: %v", name, err)
		}
	}
	if found, err := published(t, ring).Verify(after); err != nil || found.KeyID != newest.ID {
		t.Errorf("signed by %s, want the new key %s: %v", found.KeyID, newest.ID, err)
	}
}

func TestKeysThatAreKeptApart(t *testing.T) {
	stored := freshKeys(t)
	before := sign(t, openRing(t, stored))
	file := evidence.File(filepath.Join(t.TempDir(), "keys.json"))
	var last evidence.Key
	for range 2 {
		var err error
		if last, err = file.Rotate(t.Context(), rand.Reader, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(string(file))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the file: %v, %v", info.Mode(), err)
	}
	ring := openRing(t, evidence.Sources{file, stored})
	after := sign(t, ring)
	keys := published(t, ring)
	if _, err := keys.Verify(before); err != nil || len(keys) != 3 {
		t.Errorf("signed before the keys were moved, with %d keys: %v", len(keys), err)
	}
	if found, err := keys.Verify(after); err != nil || found.KeyID != last.ID {
		t.Errorf("signed by %s, want %s: %v", found.KeyID, last.ID, err)
	}
	if strings.Contains(string(ring.Published()), `"d"`) {
		t.Error("a private half is published")
	}
}

func TestFilesThatAreNoKeys(t *testing.T) {
	for content, want := range map[string]string{
		`hello`:       "not a JWK Set",
		`{"keys":[]}`: "the first one signs",
		`{"keys":[{"kty":"oct","k":"c2VjcmV0LXNlY3JldA"}]}`:                                                       "not an Ed25519 key",
		`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`:              "private half",
		`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"mine","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`: "thumbprint (RFC 7638) is kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
	} {
		file := filepath.Join(t.TempDir(), "keys.json")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := evidence.OpenKeyring(t.Context(), evidence.File(file))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "c2VjcmV0") {
			t.Errorf("%s: %v, want %q", content, err, want)
		}
	}
}

// nodeVerifies knows nothing of this program: Node's own crypto and the published keys.
const nodeVerifies = `
const { createPublicKey, verify } = require('node:crypto');
const [jws, jwks] = process.argv.slice(1);
const [head, payload, signature] = jws.split('.');
const { kid } = JSON.parse(Buffer.from(head, 'base64url'));
const key = createPublicKey({ format: 'jwk', key: JSON.parse(jwks).keys.find((one) => one.kid === kid) });
if (!verify(null, Buffer.from(head + '.' + payload), key, Buffer.from(signature, 'base64url'))) process.exit(1);
process.stdout.write(Buffer.from(payload, 'base64url'));
`

func TestAnotherProgramVerifies(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("%v: Node verifies what this program signed; see: make test", err)
	}
	ring := openRing(t, freshKeys(t))
	signed := sign(t, ring)
	payload, err := exec.CommandContext(t.Context(), node, "-e", nodeVerifies, signed, string(ring.Published())).Output()
	if err != nil || !strings.Contains(string(payload), `"page":"https://shop.example/Größe"`) {
		t.Errorf("%v: %s", err, payload)
	}
	forged := strings.Replace(signed, ".e", ".f", 1)
	if out, err := exec.CommandContext(t.Context(), node, "-e", nodeVerifies, forged, string(ring.Published())).Output(); err == nil {
		t.Errorf("Node takes a forged one: %s", out)
	}
}

func TestADamagedKeyIsNotQuoted(t *testing.T) {
	for _, text := range []string{`{"key":{"kty":"OKP","crv":"Ed25519","d":"secret-secret","x":"!"}}`, `{"key":{"kty":"oct","k":"c2VjcmV0LXNlY3JldA"}}`} {
		if _, err := evidence.DecodeKey([]byte(text)); err == nil || strings.Contains(err.Error(), "ecret") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := evidence.NewKey(io.LimitReader(rand.Reader, 31), time.Now()); err == nil {
		t.Error("a key of 31 random bytes")
	}
}
