package pagemigration_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUsesOfTheOtherToolAreTold(t *testing.T) {
	const (
		open   = `write assent.open(), or data-assent-action="open" on a link`
		ask    = `write assent.has("analytics") or assent.get()`
		listen = `write assent.on("change", …)`
		accept = "write assent.accept(), which takes a list as well"
	)
	for page, want := range map[string]string{
		`<a onclick="Cookiebot.renew()">`:                                      "Cookiebot.renew|" + open,
		`<a href="javascript:CookieConsent.showPreferences()">`:                "CookieConsent.showPreferences|" + open,
		`<script>if (window.CookieConsent?.acceptedCategory('a')) {}</script>`: "CookieConsent?.acceptedCategory|" + ask,
		`<script>CookieConsent.run({})</script>`:                               "CookieConsent.run|leave it out",
		`<script>Cookiebot.withdraw()</script>`:                                "Cookiebot.withdraw|write assent.withdraw()",
		`<script>on('CookiebotOnAccept', f)</script>`:                          "CookiebotOnAccept|" + listen,
		`<script>on("cc:onChange", f)</script>`:                                "cc:onChange|" + listen,
		`<button data-cc="show-preferencesModal">`:                             "data-cc=show-preferencesModal|" + open,
		`<a onclick='OneTrust.ToggleInfoDisplay()'>`:                           "OneTrust.ToggleInfoDisplay|" + open,
		`<a class="btn ot-sdk-show-settings">`:                                 "ot-sdk-show-settings|" + open,
		"<script>function OptanonWrapper() {\n go(); }</script>":               "OptanonWrapper|" + listen,
		`<script>OnetrustActiveGroups.includes('C0002')</script>`:              "OnetrustActiveGroups|" + ask,
		`<a onclick="return klaro.show()">`:                                    "klaro.show|" + open,
		`<script>klaro.getManager()</script>`:                                  "klaro.getManager|" + ask,
		`<script>revisitCkyConsent()</script>`:                                 "revisitCkyConsent|" + open,
		`<a class="cky-banner-element">`:                                       "cky-banner-element|" + open,
		`<script>_iub.cs.api.openPreferences()</script>`:                       "_iub.cs.api.openPreferences|" + open,
		`<script>_iub.cs.options</script>`:                                     "_iub.cs.options|see deploy/API.md for its counterpart",
		`<script>cmplz_accept_all()</script>`:                                  "cmplz_accept_all|" + accept,
		`<?php if (cmplz_has_consent('marketing')) { ?><p>`:                    "cmplz_has_consent|" + ask,
		`<script>UC_UI.showSecondLayer()</script>`:                             "UC_UI.showSecondLayer|" + open,
		`<script>__ucCmp.denyAllConsents()</script>`:                           "__ucCmp.denyAllConsents|write assent.reject()",
		`<script data-assent="x" type="text/plain">Cookiebot.show()</script>`:  "Cookiebot.show|" + open,
	} {
		use, instead, _ := strings.Cut(want, "|")
		if got := told(rewrite(t, page)); got != "line 1: "+use+" needs the other tool's script: "+instead+"\n" {
			t.Errorf("%s:\n%s", page, got)
		}
	}
}

func TestUsesAreToldByLineAndOnce(t *testing.T) {
	page := "<p>\r\n<script>\r\n\r\nklaro.show(); klaro.show()\r\nCookiebot.hide()</script>\n<script src=\"/klaro.js\"></script><a onclick='klaro.show()'>"
	want := `line 4: klaro.show needs the other tool's script: write assent.open(), or data-assent-action="open" on a link
line 5: Cookiebot.hide needs the other tool's script: leave it out
line 6: klaro.show needs the other tool's script: write assent.open(), or data-assent-action="open" on a link
`
	result := rewrite(t, page)
	if diff := cmp.Diff(want, told(result)); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, told(rewrite(t, string(result.Page)))); diff != "" {
		t.Errorf("of the rewritten page (-want +got):\n%s", diff)
	}
}

func TestWhatIsNoUseIsNotTold(t *testing.T) {
	for _, page := range []string{
		"<p>Call Cookiebot.renew() to go on, or klaro.show().</p>",
		"<!-- klaro.show() --><textarea>klaro.show()</textarea><style>a::after { content: 'klaro.show()' }</style>",
		"<script>function OptanonWrapper() { }</script>", `<a href="/klaro.html">klaro.org</a>`,
		"<script>myCookiebot.renew(); if (typeof Cookiebot === 'object') {} var _iub = []; _iub.csConfiguration = {}</script>",
		`<script async src="https://assent.example/s/shop1.js"></script><a data-assent-action="open">x</a>`,
	} {
		if got := rewrite(t, page).Warnings; len(got) != 0 {
			t.Errorf("%s: %v", page, got)
		}
	}
}
