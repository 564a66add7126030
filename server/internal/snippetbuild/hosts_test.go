package snippetbuild

import (
	"regexp"
	"strings"
	"testing"

	"assent/schemas"
)

func TestSizeOfHoldingBack(t *testing.T) {
	whole := build(t, func(*Input) {})
	for name, change := range map[string]func(*Input){
		"auto-block, with the catalogue":    func(in *Input) { in.Notice.AutoBlock = "block" },
		"report, with the catalogue":        func(in *Input) { in.Notice.AutoBlock = "report" },
		"another tool's markup (Cookiebot)": func(in *Input) { in.Notice.Compat = []string{"cookiebot"} },
	} {
		with := build(t, change)
		if len(with.Brotli) <= len(whole.Brotli) {
			t.Errorf("%s costs nothing: it is part of every script", name)
		}
		t.Logf("%-40s %+d", name, len(with.Brotli)-len(whole.Brotli))
	}
}

func TestHostsOfServicesAreHeld(t *testing.T) {
	n := usual().Notice
	n.AutoBlock = "block"
	n.Exempt = []string{"spared.example.com"}
	n.Services = []schemas.Service{
		{ID: "one", Purpose: "analytics", Hosts: []string{"*.example.com", "shared.test"}},
		{ID: "two", Purpose: "marketing", Hosts: []string{"shared.test", "host.test/path"}},
		{ID: "three", Purpose: "marketing", Hosts: []string{"port.test:8443", "port.test:443/path"}},
		{ID: "shop", Purpose: essential, Hosts: []string{"pay.example.com"}},
	}
	held, err := script(Input{Notice: n}.hosts())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"shared.test",_ids:"one|two"`, `".example.com",_ids:"one"`, `"host.test/path",_ids:"two"`,
		`"port.test:443/path port.test:8443",_ids:"three"`,
		`_hosts:"pay.example.com `, ` spared.example.com",_ids:""`} {
		if !strings.Contains(held, want) {
			t.Errorf("%s is missing in %.300s", want, held)
		}
	}
	expression := blocked("shop1", n)
	// Go knows no look-ahead: for what is exempt, and for the script itself.
	for _, ahead := range []string{"(?!" + alternatives(n.Exempt) + ")", `(?![^?#]+/s/shop1[./])`} {
		if !strings.Contains(expression, ahead) {
			t.Errorf("%s is missing in %s", ahead, expression)
		}
		expression = strings.Replace(expression, ahead, "", 1)
	}
	for address, want := range map[string]bool{
		"https://a.example.com/x": true, "https://example.com/": false, "http://shared.test:8080/": true,
		"https://host.test/path/x": true, "https://host.test/other": false, "https://x.test/?https://shared.test/": false,
		"https://port.test:8443/": true, "https://port.test/path": true, "https://port.test/": false, "https://port.test:444/path": false,
	} {
		if got := regexp.MustCompile(expression).MatchString(address); got != want {
			t.Errorf("the stub stops %s: %v, want %v", address, got, want)
		}
	}
}

func TestWhatAPatternCovers(t *testing.T) {
	for _, c := range []struct {
		wide, pattern string
		want          bool
	}{
		{"example.com", "example.com", true},
		{"example.com", "EXAMPLE.com/path", true},
		{"example.com", "example.com:8443", true},
		{"example.com:8443", "example.com", false},
		{"example.com:8443", "example.com:8443/path", true},
		{"example.com:8443", "example.com:9443", false},
		{"example.com/a/", "example.com/a/b", true},
		{"example.com/a/b", "example.com/a/", false},
		{"example.com/A", "example.com/a", false},
		{"*.example.com", "a.example.com:8443", true},
		{"*.example.com:8443", "a.example.com", false},
		{"*.example.com", "*.a.example.com", true},
		{"*.example.com", "example.com", false},
		{"example.com", "*.example.com", false},
	} {
		if covers(c.pattern)(c.wide) != c.want {
			t.Errorf("%s covers %s: %v", c.wide, c.pattern, !c.want)
		}
	}
}
