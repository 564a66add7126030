package site_test

import (
	"errors"
	"maps"
	"testing"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
	"assent/snippet"
)

// What is wrong goes by a stable kind and by values, so that it can be said in other languages.
func TestFaultsHaveKinds(t *testing.T) {
	decoded := func(body string) error {
		_, err := site.DecodeNotice([]byte(body))
		return err
	}
	completed := func(n schemas.Notice) error {
		_, err := site.Complete(n, snippet.Texts())
		return err
	}
	for _, c := range []struct {
		err    error
		kind   string
		values map[string]string
		detail string
	}{
		{decoded(`{"look":{"accent":"{form}\u001b"}}`), "form-accent", map[string]string{"got": "{form}\x1b", "form": "Colour of both answers and of switches, as #rrggbb."},
			`"{form}\x1b" does not belong here: Colour of both answers and of switches, as #rrggbb.`},
		{decoded(`{"services":[{"id":"a","hosts":["A"]}]}`), "form-hosts", nil, ""},
		{decoded(`{"lifetimeDays":400}`), "too-large", map[string]string{"most": "395"}, "is more than 395"},
		{decoded(`{"lifetimeDays":0}`), "too-small", map[string]string{"least": "1"}, ""},
		{decoded(`{"languages":[]}`), "too-few", map[string]string{"got": "0", "least": "1"}, ""},
		{decoded(`{"regime":"none"}`), "none-of", map[string]string{"want": "auto, opt-in, opt-out, notice-only, child-directed"}, ""},
		{decoded(`{"texts":[]}`), "wrong-type", map[string]string{"got": "array", "want": "object"}, ""},
		{decoded(`{"colour":"red"}`), "member-unknown", map[string]string{"members": "colour"}, ""},
		{decoded(`{"services":[{}]}`), "member-missing", map[string]string{"members": "id"}, ""},
		{completed(schemas.Notice{Services: []schemas.Service{{ID: "own"}}}), "purpose-missing", map[string]string{"service": "own"}, ""},
		{completed(schemas.Notice{Languages: []string{"en", "EN"}}), "language-twice", map[string]string{"tag": "EN"}, ""},
		{completed(schemas.Notice{Purposes: []schemas.Purpose{{ID: "own"}}, Languages: []string{"en"}}), "text-missing", nil, ""},
	} {
		var invalid *consent.InvalidError
		if !errors.As(c.err, &invalid) {
			t.Errorf("%s: %v", c.kind, c.err)
			continue
		}
		got := invalid.Faults[0]
		if got.Kind != c.kind || c.values != nil && !maps.Equal(got.Values, c.values) || c.detail != "" && got.Detail != c.detail {
			t.Errorf("%s: %+v", c.kind, got)
		}
	}
}
