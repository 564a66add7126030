package policy

import (
	"strconv"
	"strings"
	"time"
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

// decode reads `<version>.<marks>.<seconds in base 36>.<subject or ->.<id>:<0|1>...`, as the script writes it
// (snippet/src/codec.ts). A service whose mark is missing was not there, or was another, when the visitor chose.
func (r Rules) decode(cookie string, now time.Time) (Choice, bool) {
	parts := strings.Split(cookie, ".")
	if len(parts) < 4 || len(parts[0]) != 1 || !strings.Contains(r.Versions, parts[0]) || parts[3] == "" {
		return nil, false
	}
	at, err := strconv.ParseInt(parts[2], 36, 64)
	if err != nil || at <= 0 {
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
