package useragent_test

import (
	"testing"

	"assent/server/internal/useragent"
)

func TestName(t *testing.T) {
	for userAgent, want := range map[string]string{
		"": "",
		"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0": "Firefox, Linux",
		chrome: "Chrome, Linux",
		iPhone + "Version/18.6 Mobile/15E148 Safari/604.1": "Safari, iPhone",
		chrome + " Edg/142.0.0.0":                          "Edge, Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) <script>alert(1)</script> Chrome/142.0 ada@x.test": "Chrome, Windows",
		"a program's own words": "",
	} {
		if got := useragent.Name(userAgent); got != want {
			t.Errorf("Name(%q) = %q, want %q", userAgent, got, want)
		}
	}
}
