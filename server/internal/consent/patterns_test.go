package consent

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// TestPatternsAreThoseOfTheSchema tries texts that are near to each pattern.
func TestPatternsAreThoseOfTheSchema(t *testing.T) {
	for pattern, c := range map[string]struct {
		is   func(string) bool
		near []string
	}{
		`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`: {isID, []string{"019abf1e-7c3a-7d52-8f41-5d1f3c2b9a10"}},
		`^[A-Za-z0-9_-]*$`:                        {isBase64URL, []string{"", "q83vASNFZ4mrze8BI0VniQ", "_-"}},
		`^[a-z][a-z0-9_-]{0,39}$`:                 {isName, []string{"", "a", "google-ads_2", strings.Repeat("a", 40)}},
		`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$`: {isLocale, []string{"", "de", "zh-Hant-TW", "de-1-2-3-4", "abcdefgh-12345678"}},
		`^https?://[^\s]+$`:                       {isPage, []string{"", "http://", "https://a", "http://ü/ \t", "https://shop.example/cart"}},
	} {
		expression := regexp.MustCompile(pattern)
		random := rand.New(rand.NewPCG(1, 2))
		for range 20_000 {
			text := []byte(c.near[random.IntN(len(c.near))])
			for range random.IntN(3) {
				text = changed(random, text)
			}
			if got, want := c.is(string(text)), expression.Match(text); got != want {
				t.Fatalf("%q by %s: %v, want %v", text, pattern, got, want)
			}
		}
	}
}

// changed replaces, adds or takes away a byte.
func changed(random *rand.Rand, text []byte) []byte {
	const bytes = "azAZ09gGfF78bB_-./:@[`{ \t\n\x00\x80\xc3"
	at := random.IntN(len(text) + 1)
	head, tail := text[:at:at], text[at:]
	if kind := random.IntN(3); kind > 0 && len(tail) > 0 {
		tail = tail[1:]
		if kind == 1 {
			return append(head, tail...)
		}
	}
	return append(append(head, bytes[random.IntN(len(bytes))]), tail...)
}
