package policy

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// hostSource is what CSP calls a host-source without scheme and path (CSP 3, 2.3.1). Nothing that ends a source, a
// directive, a header or a string in a server's configuration gets through.
var hostSource = regexp.MustCompile(`^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*(:[0-9]{1,5})?$`)

// Source returns a notice's host as the header writes it: lower case, IDNs in punycode. False when it cannot be
// written there: it is not a host, or a wildcard stands elsewhere than for subdomains.
func Source(host string) (string, bool) {
	text := strings.ToLower(strings.TrimSpace(host))
	rest, isWildcard := strings.CutPrefix(text, "*.")
	name, port, hasPort := strings.Cut(rest, ":")
	if ascii, err := idna.Lookup.ToASCII(name); err == nil {
		name = ascii
	}
	if isWildcard {
		name = "*." + name
	}
	if hasPort {
		name += ":" + port
	}
	return name, hostSource.MatchString(name)
}

// sources returns the hosts that can be written, each once, and those that cannot.
func sources(hosts []string) (written, leftOut []string) {
	for _, host := range hosts {
		source, ok := Source(host)
		switch {
		case !ok:
			leftOut = append(leftOut, host)
		case !slices.Contains(written, source):
			written = append(written, source)
		}
	}
	return written, leftOut
}
