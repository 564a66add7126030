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
		{ID: "shop", Purpose: essential, Hosts: []string{"pay.example.com"}},
	}
	held, err := script(hosts(n))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"shared.test",_ids:"one|two"`, `".example.com",_ids:"one"`, `"host.test/path",_ids:"two"`,
		`_hosts:"pay.example.com `, ` spared.example.com",_ids:""`} {
		if !strings.Contains(held, want) {
			t.Errorf("%s is missing in %.300s", want, held)
		}
	}
	expression := strings.Replace(blocked(n), "(?!"+alternatives(n.Exempt)+")", "", 1) // Go knows no look-ahead.
	for address, want := range map[string]bool{
		"https://a.example.com/x": true, "https://example.com/": false, "http://shared.test:8080/": true,
		"https://host.test/path/x": true, "https://host.test/other": false, "https://x.test/?https://shared.test/": false,
	} {
		if got := regexp.MustCompile(expression).MatchString(address); got != want {
			t.Errorf("the stub stops %s: %v, want %v", address, got, want)
		}
	}
}
