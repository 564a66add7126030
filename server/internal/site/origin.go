package site

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Origins is a site's list of web origins (RFC 6454) that may record decisions.
type Origins []string

// loopback hosts may stand for every port: developers' pages move among ports, and nobody else can serve from them.
var loopback = []string{"localhost", "127.0.0.1", "[::1]"}

// ParseOrigin returns the origin as browsers write it: lower case, IDNs in punycode, no default port. It accepts
// `https://*.shop.example` for subdomains and `http://localhost:*` for the ports of a loopback host. The error says
// what to write instead.
func ParseOrigin(text string) (string, error) {
	scheme, rest, ok := strings.Cut(strings.ToLower(strings.TrimSpace(text)), "://")
	if !ok || scheme != "http" && scheme != "https" {
		return "", fmt.Errorf("origin %q: write it with its scheme, such as https://shop.example", text)
	}
	if i := strings.IndexAny(rest, "/?#@ "); i >= 0 {
		if rest[i:] != "/" {
			return "", fmt.Errorf("origin %q: write scheme, host and port only, such as https://shop.example", text)
		}
		rest = rest[:i]
	}
	if host, isAnyPort := strings.CutSuffix(rest, ":*"); isAnyPort {
		if scheme != "http" || !slices.Contains(loopback, host) {
			return "", fmt.Errorf("origin %q: every port can be allowed for http://localhost:*, http://127.0.0.1:* and http://[::1]:* only", text)
		}
		return scheme + "://" + rest, nil
	}
	host, port, err := splitPort(rest, scheme)
	if err != nil {
		return "", fmt.Errorf("origin %q: %w", text, err)
	}
	if host, err = asciiHost(host); err != nil {
		return "", fmt.Errorf("origin %q: %w", text, err)
	}
	return scheme + "://" + host + port, nil
}

// splitPort returns the port with its colon, or nothing for the scheme's default.
func splitPort(hostport, scheme string) (host, port string, err error) {
	parsed, err := url.Parse("//" + strings.Replace(hostport, "*.", "", 1))
	if err != nil || parsed.Host == "" {
		return "", "", fmt.Errorf("the host cannot be read")
	}
	number := parsed.Port()
	host = strings.TrimSuffix(hostport, ":"+number)
	if number == "" || number == map[string]string{"http": "80", "https": "443"}[scheme] {
		return strings.TrimSuffix(host, ":"), "", nil
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > 65535 || strconv.Itoa(n) != number {
		return "", "", fmt.Errorf("the port must be between 1 and 65535, without zeros in front")
	}
	return host, ":" + number, nil
}

func asciiHost(host string) (string, error) {
	if strings.HasPrefix(host, "[") {
		ip := net.ParseIP(strings.Trim(host, "[]"))
		if ip == nil {
			return "", fmt.Errorf("the address in brackets is not an IPv6 address")
		}
		return "[" + ip.String() + "]", nil
	}
	wildcard := ""
	if rest, ok := strings.CutPrefix(host, "*."); ok {
		wildcard, host = "*.", rest
	}
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil || ascii == "" || strings.Contains(ascii, "*") || strings.Contains(ascii, "..") || looksNumeric(ascii) {
		return "", fmt.Errorf("the host is not a valid name; a wildcard may only stand for subdomains, as in https://*.shop.example")
	}
	if wildcard != "" {
		if suffix, _ := publicsuffix.PublicSuffix(ascii); suffix == ascii || net.ParseIP(ascii) != nil {
			return "", fmt.Errorf("*.%s would let strangers record for this site; name the domain you own", ascii)
		}
	}
	return wildcard + ascii, nil
}

// looksNumeric reports whether browsers would take the name for an IPv4 address in a form other than the usual one, such
// as 0x7f.1, and send another origin (WHATWG URL, "ends in a number").
func looksNumeric(host string) bool {
	last := host[strings.LastIndex(host, ".")+1:]
	_, err := strconv.ParseUint(last, 0, 64)
	return (err == nil || strings.Trim(last, "0123456789") == "") && net.ParseIP(host) == nil
}

// Allow reports whether a request's Origin header may speak for the site. The header is compared as it came: browsers
// send it in the form that ParseOrigin returns, and whoever does not is no browser. "null" and an absent header are
// never allowed.
func (o Origins) Allow(header string) bool {
	if header == "" || header == "null" || strings.Contains(header, "*") {
		return false
	}
	for _, origin := range o {
		if origin == header || allowsSubdomain(origin, header) || allowsPort(origin, header) {
			return true
		}
	}
	return false
}

func allowsSubdomain(origin, header string) bool {
	scheme, domain, ok := strings.Cut(origin, "://*.")
	if !ok {
		return false
	}
	rest, ok := strings.CutPrefix(header, scheme+"://")
	if !ok {
		return false
	}
	labels, ok := strings.CutSuffix(rest, "."+domain)
	return ok && labels != "" && !strings.ContainsFunc(labels, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
	})
}

func allowsPort(origin, header string) bool {
	prefix, ok := strings.CutSuffix(origin, "*")
	if !ok || !strings.HasSuffix(prefix, ":") {
		return false
	}
	if header == strings.TrimSuffix(prefix, ":") {
		return true
	}
	port, ok := strings.CutPrefix(header, prefix)
	n, err := strconv.Atoi(port)
	return ok && err == nil && n > 0 && n <= 65535 && strconv.Itoa(n) == port
}
