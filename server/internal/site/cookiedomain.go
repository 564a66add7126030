package site

import (
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
	refuse := func(k kind, v values) error {
		return &consent.InvalidError{Faults: []schemas.Fault{k.at("/cookieDomain", v)}}
	}
	if _, err := publicsuffix.EffectiveTLDPlusOne(n.CookieDomain); err != nil || looksNumeric(n.CookieDomain) {
		return refuse(cookieSuffix, values{"domain": n.CookieDomain})
	}
	for _, origin := range origins {
		host := hostOf(origin)
		if !SharesCookie(n, host) && !slices.Contains(loopback, host) {
			return refuse(cookieUncovered, values{"domain": n.CookieDomain, "origin": origin})
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
