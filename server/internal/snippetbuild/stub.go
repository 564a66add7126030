package snippetbuild

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Stub is what a page carries inline before anything else, where it must not depend on when the script comes: the
// defaults of Consent Mode, a queue for early calls, and the start of auto-block for the hosts of the notice's services.
type Stub struct {
	Text string // JavaScript that may stand inside <script>.
	CSP  string // Its hash for a Content-Security-Policy without nonces, "sha256-…".
}

// MakeStub makes a site's stub. It must be printed anew when the notice's services change.
func MakeStub(in Input) (Stub, error) {
	in.Notice.Languages = in.Notice.Languages[:1]
	in.Suspended = nil // It stands in pages for longer than that, and stops more than the script lets go.
	module, err := config(in, "")
	if err != nil {
		return Stub{}, err
	}
	defines := features(in.Notice)
	defines["IN_STUB"] = "true"
	bundled, _, err := entry{file: "stub.ts", modules: modules{"assent:config": module}, features: defines}.bundle()
	if err != nil {
		return Stub{}, err
	}
	// Nothing in there may end the element that it stands in.
	text := strings.ReplaceAll(strings.TrimSpace(string(bundled)), "</", `<\/`)
	sum := sha256.Sum256([]byte(text))
	return Stub{Text: text, CSP: "sha256-" + base64.StdEncoding.EncodeToString(sum[:])}, nil
}
