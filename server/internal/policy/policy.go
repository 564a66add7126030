// Package policy computes the Content-Security-Policy under which a page requests nothing of a third party that its
// visitor has not granted, however the page is written: browsers hold it before they look ahead in the page, which no
// script can. Pure rules: no I/O, no clock.
package policy

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Header is the name of the response header.
const Header = "Content-Security-Policy"

// Placeholder stands for the nonce where the caller fills it in.
const Placeholder = "{NONCE}"

// nonceSyntax is CSP's base64-value (CSP 3, 2.3.1).
var nonceSyntax = regexp.MustCompile(`^[A-Za-z0-9+/_-]{8,128}={0,2}$`)

// IsNonce reports whether text can stand as a nonce in the header.
func IsNonce(text string) bool { return text == Placeholder || nonceSyntax.MatchString(text) }

// Rules is what a site's header is computed from.
type Rules struct {
	Versions string        // Of the cookie, that count: see consent.Cookie.
	Lifetime time.Duration // Of a choice.
	Always   []string      // Sources of every page: this server, exempt hosts, those of essential services.
	Services []Service     // The optional ones that have hosts.
	LeftOut  []string      // Hosts of the notice that a header cannot name: not allowed, whatever is granted.
}

// Service is an optional third party.
type Service struct {
	ID, Purpose string
	Mark        string // Must be in a choice that grants it.
	Sources     []string
}

// Compile reads a complete notice; own is this server's origin. Services of these ids are suspended: nobody is allowed them,
// nor their hosts unless another service has them too.
//
// The rules are those of opt-in under every regime: what was not granted is not allowed, but for Google's tags in
// advanced mode. Under child-directed rules optional is, whatever a choice says.
func Compile(n schemas.Notice, own string, suspended ...string) (Rules, error) {
	marks, err := consent.Marks(n)
	if err != nil {
		return Rules{}, err
	}
	r := Rules{Versions: "1", Lifetime: time.Duration(n.LifetimeDays) * day}
	always := n.Exempt
	for _, s := range n.Services {
		written, leftOut := sources(s.Hosts)
		switch {
		case slices.Contains(suspended, s.ID):
			continue
		case s.Purpose == consent.Essential, consent.LoadsDenied(n, s):
			always = append(slices.Clone(always), s.Hosts...)
			continue
		case len(written) > 0 && n.Regime != "child-directed":
			r.Services = append(r.Services, Service{ID: s.ID, Purpose: s.Purpose, Mark: marks[s.ID], Sources: written})
		}
		r.LeftOut = append(r.LeftOut, leftOut...)
	}
	if consent.SilenceGrants(n.Regime) {
		r.Versions = "12"
	}
	written, leftOut := sources(always)
	r.Always = append([]string{own}, written...)
	r.LeftOut = append(r.LeftOut, leftOut...)
	return r, nil
}

// Granted returns the ids of the services that a choice allows. An answer to the service itself outweighs the one to
// its purpose.
func (r Rules) Granted(c Choice) []string {
	ids := []string{}
	for _, s := range r.Services {
		if s.grantedBy(c) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

func (s Service) grantedBy(c Choice) bool {
	if answer, ok := c[s.ID]; ok {
		return answer
	}
	return c[s.Purpose]
}

// Value returns the header's value for a choice. The nonce must satisfy IsNonce.
func (r Rules) Value(c Choice, nonce string) string {
	allowed := slices.Clone(r.Always)
	for _, s := range r.Services {
		for _, source := range s.Sources {
			if s.grantedBy(c) && !slices.Contains(allowed, source) {
				allowed = append(allowed, source)
			}
		}
	}
	return value(nonce, " "+strings.Join(allowed, " "))
}

// value writes the header around a list of sources, which begins with a space.
//
// Scripts need the nonce or a script that had it: 'strict-dynamic' lets the gate load what was granted in the same page,
// and no list of hosts could hold back one of several scripts of one host. Styles may be inline, because they cannot
// call anybody: what they refer to is an image or a font. One thing no header of this kind holds back: Chromium lets
// 'strict-dynamic' allow rel=prefetch too.
func value(nonce, allowed string) string {
	return strings.Join([]string{
		"default-src 'self'" + allowed,
		"script-src 'nonce-" + nonce + "' 'strict-dynamic'",
		"img-src 'self' data: blob:" + allowed,
		"frame-src 'self'" + allowed,
		"style-src 'self' 'unsafe-inline'" + allowed,
		"connect-src 'self'" + allowed,
		"media-src 'self' data: blob:" + allowed,
		"font-src 'self' data:" + allowed,
		"object-src 'none'",
		"base-uri 'self'",
	}, "; ")
}
