package snippetbuild

import (
	"fmt"
	"strings"
	"testing"
)

func TestAutoBlockSparesGoogleInAdvancedMode(t *testing.T) {
	n := usual().Notice
	n.AutoBlock = "block"
	held := map[string]bool{}
	for _, mode := range []string{"basic", "advanced"} {
		n.ConsentMode = mode
		for _, rule := range hosts(n) {
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
