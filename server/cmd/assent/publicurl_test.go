package main

import (
	"strings"
	"testing"
)

func TestPublicAddress(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "",
		"https://assent.example.com":   "https://assent.example.com",
		"HTTPS://Assent.Example.com/":  "https://assent.example.com",
		"https://bücher.example":       "https://xn--bcher-kva.example",
		"http://[::1]:8443":            "http://[::1]:8443",
		"https://shop.example/assent/": "https://shop.example/assent",
	} {
		if got, err := publicAddress(text); got != want || err != nil {
			t.Errorf("%q: %q %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"assent.example.com", "assent.example.com:8443", "javascript://x", "ftp://a.example", "https://", "https://a.example;x",
		"https://u:p@a.example", "https://a.example?x", "https://a.example#x", "https://*.example.com", "http://localhost:*", "https://a.example:99999", "https://a b"} {
		if got, err := publicAddress(text); err == nil || !strings.Contains(err.Error(), "such as https://") {
			t.Errorf("%q: %q %v", text, got, err)
		}
	}
}
