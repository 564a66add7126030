package snippetbuild

import (
	"fmt"
	"strings"
	"testing"

	"assent/schemas"
)

func TestSizeOfGoogleSettings(t *testing.T) {
	none := len(build(t, func(*Input) {}).Brotli)
	for name, google := range map[string]schemas.Google{
		"Consent Mode's regions":  {Regions: []string{"DE", "FR", "US-CA"}},
		"Consent Mode's settings": {AdsDataRedaction: true, UrlPassthrough: true},
	} {
		t.Logf("%-40s %+d", name, len(build(t, func(in *Input) { in.Notice.Google = google }).Brotli)-none)
	}
	if strings.Contains(string(build(t, func(*Input) {}).Identity), "url_passthrough") {
		t.Error("a setting that is off is in the script")
	}
}

func TestAutoBlockSparesGoogleInAdvancedMode(t *testing.T) {
	n := usual().Notice
	n.AutoBlock = "block"
	held := map[string]bool{}
	for _, mode := range []string{"basic", "advanced"} {
		n.ConsentMode = mode
		for _, rule := range (Input{Notice: n}).hosts() {
			one := rule.(object)
			if ids := fmt.Sprint(one[1].value); ids != "" && strings.Contains(fmt.Sprint(one[0].value), "www.googletagmanager.com") {
				held[mode] = true
			}
		}
	}
	if !held["basic"] || held["advanced"] {
		t.Errorf("Google's tags are held back: %v", held)
	}
}
