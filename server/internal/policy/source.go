package policy

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// hostSource is what CSP calls a host-source without scheme (CSP 3, 2.3.1). Nothing that ends a source, a
// directive, a header or a string in a server's configuration gets through.
var hostSource = regexp.MustCompile(`^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$`)

// Source returns a notice's host, with its path if it names one, as the header writes it: lower case, IDNs in punycode.
// False when it cannot be written there: it is not a host, or a wildcard stands elsewhere than for subdomains.
func Source(host string) (string, bool) {
	text, path, hasPath := strings.Cut(strings.TrimSpace(host), "/")
	text = strings.ToLower(text)
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
	if hasPath {
		name += "/" + path
	}
	return name, hostSource.MatchString(name)
}

// sources returns the hosts that can be written, each once, and those that cannot. A notice's path is the beginning of
// addresses; the header's is so only with a slash at its end, and else the whole path.
func sources(hosts []string) (written, leftOut []string) {
	for _, host := range hosts {
		source, ok := Source(host)
		if !ok {
			leftOut = append(leftOut, host)
			continue
		}
		wanted := []string{source}
		if strings.Contains(source, "/") && !strings.HasSuffix(source, "/") {
			wanted = append(wanted, source+"/")
		}
		for _, one := range wanted {
			if !slices.Contains(written, one) {
				written = append(written, one)
			}
		}
	}
	return written, leftOut
}
