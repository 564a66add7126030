package policy

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"assent/server/internal/consent"
)

// Choice is what a visitor answered, by purpose and service. What is missing is pending, which grants nothing.
type Choice map[string]bool

// Granted returns the choice that grants these purposes and services and no others.
func Granted(ids ...string) Choice {
	c := Choice{}
	for _, id := range ids {
		c[id] = true
	}
	return c
}

// day is how far a visitor's clock may be ahead, as in the script.
const day = 24 * time.Hour

// form is the cookie's value after its version: `.<marks>.<seconds in base 36>.<subject or ->.<id>:<0|1>...`, as the
// script (snippet/src/codec.ts) and this server write it. Another form was written by others, and none of those who read
// the cookie guesses at it: so nginx, Caddy and the worker, which have the same expression, grant no more than this
// server does. No braces, which Caddy takes for its own.
const form = `\.([\w-][\w-][\w-][\w-])*\.[1-9a-z][0-9a-z]*\.[\w-]+(\.[a-z][a-z0-9_-]*:[01])*`

var wellFormed = regexp.MustCompile(`^[12]` + form + `$`)

// Cookies returns the values of all cookies named `assent` in a request's Cookie headers, just as they were sent.
func Cookies(headers []string) []string {
	var values []string
	for pair := range strings.SplitSeq(strings.Join(headers, ";"), ";") {
		if value, ok := strings.CutPrefix(strings.TrimLeft(pair, " "), consent.CookieName+"="); ok {
			values = append(values, value)
		}
	}
	return values
}

// Read returns the choice that the values of all cookies named `assent` tell: pending when none is about this notice or
// all are too old. Others can plant such a cookie, and a refusal must hold: of several, each has to grant.
func (r Rules) Read(cookies []string, now time.Time) Choice {
	var all Choice
	for _, cookie := range cookies {
		one, ok := r.decode(cookie, now)
		switch {
		case !ok:
		case all == nil:
			all = one
		default:
			all = both(all, one)
		}
	}
	return all
}

// decode reads one value. A service whose mark is missing was not there, or was another, when the visitor chose.
func (r Rules) decode(cookie string, now time.Time) (Choice, bool) {
	if len(cookie) > consent.CookieLimit || !wellFormed.MatchString(cookie) || !strings.Contains(r.Versions, cookie[:1]) {
		return nil, false
	}
	parts := strings.Split(cookie, ".")
	at, err := strconv.ParseInt(parts[2], 36, 64)
	if err != nil { // So many digits that no clock tells that time.
		return nil, false
	}
	if age := now.Sub(time.Unix(at, 0)); age >= r.Lifetime || age <= -day {
		return nil, false
	}
	c := Choice{}
	for _, item := range parts[4:] {
		id, answer, _ := strings.Cut(item, ":")
		earlier, known := c[id]
		c[id] = answer == "1" && (earlier || !known)
	}
	for _, s := range r.Services {
		if s.grantedBy(c) && !hasMark(parts[1], s.Mark) {
			c[s.ID] = false
		}
	}
	return c, true
}

// hasMark looks for four characters at each fourth place.
func hasMark(marks, mark string) bool {
	for ; len(marks) >= len(mark); marks = marks[len(mark):] {
		if strings.HasPrefix(marks, mark) {
			return true
		}
	}
	return false
}

// both grants what a and b grant, and keeps what either refuses.
func both(a, b Choice) Choice {
	c := Choice{}
	for id, answer := range a {
		other, known := b[id]
		if known || !answer {
			c[id] = answer && other
		}
	}
	for id, answer := range b {
		if !answer {
			c[id] = false
		}
	}
	return c
}
