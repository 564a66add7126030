package site

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"assent/schemas"
	"assent/server/internal/consent"
)

// SharesCookie reports whether a page or server on a host may set and read the cookie that a notice shares.
func SharesCookie(n schemas.Notice, host string) bool {
	return n.CookieDomain != "" && strings.HasSuffix("."+host, "."+n.CookieDomain)
}

// checkCookieDomain refuses a domain under which strangers have sites too, and one that does not cover the site's pages:
// browsers would take the cookie from nobody. Pages on a developer's own machine keep their choice to themselves.
func checkCookieDomain(n schemas.Notice, origins []string) error {
	if n.CookieDomain == "" {
		return nil
	}
	refuse := func(format string, args ...any) error {
		return &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/cookieDomain", Detail: fmt.Sprintf(format, args...)}}}
	}
	if _, err := publicsuffix.EffectiveTLDPlusOne(n.CookieDomain); err != nil || looksNumeric(n.CookieDomain) {
		return refuse("%q is no domain of one owner, but a suffix under which others have theirs, or an address; name the domain you own, such as shop.example", n.CookieDomain)
	}
	for _, origin := range origins {
		host := hostOf(origin)
		if !SharesCookie(n, host) && !slices.Contains(loopback, host) {
			return refuse("%s does not cover the origin %s; name a domain that all origins are under, or leave it out: each host then asks by itself", n.CookieDomain, origin)
		}
	}
	return nil
}

// hostOf returns the host of an origin as ParseOrigin writes it, that of a wildcard being the domain that it is under.
func hostOf(origin string) string {
	_, host, _ := strings.Cut(origin, "://")
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	return strings.TrimPrefix(host, "*.")
}
