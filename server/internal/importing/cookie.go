package importing

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
)

// Bounds of what becomes of a regular expression.
const (
	longestExpression = 300
	mostAlternatives  = 32
)

// patternsOf turns a regular expression into names with * as wildcard, each of which takes in at least what that
// alternative does. It says what is wrong with one that it cannot read, and with what would take in nearly everything.
func patternsOf(source string) (patterns []string, wrong kind) {
	if len(source) > longestExpression {
		return nil, expressionLong
	}
	tree, err := syntax.Parse(source, syntax.Perl&^syntax.OneLine)
	if err != nil {
		return nil, expressionUnread
	}
	for _, p := range alternatives(tree) {
		p = "*" + p + "*"
		if strings.HasPrefix(p, "*"+begin) {
			p = p[1+len(begin):]
		}
		if strings.HasSuffix(p, end+"*") {
			p = p[:len(p)-1-len(end)]
		}
		p = stars.ReplaceAllString(strings.NewReplacer(begin, "", end, "").Replace(p), "*")
		if len(strings.ReplaceAll(p, "*", "")) < 2 {
			return nil, expressionBroad
		}
		patterns = append(patterns, p)
	}
	if len(patterns) == 0 {
		return nil, expressionNone
	}
	return patterns, kind{}
}

// What stands for the beginning and the end of a name while an expression is read: no cookie's name has these.
const begin, end = "\x01", "\x02"

var stars = regexp.MustCompile(`\*{2,}`)

// alternatives returns the texts that an expression stands for, with * for what varies.
func alternatives(r *syntax.Regexp) []string {
	switch r.Op {
	case syntax.OpLiteral:
		return []string{strings.NewReplacer("*", "", begin, "", end, "").Replace(string(r.Rune))}
	case syntax.OpEmptyMatch, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []string{""}
	case syntax.OpBeginText, syntax.OpBeginLine:
		return []string{begin}
	case syntax.OpEndText, syntax.OpEndLine:
		return []string{end}
	case syntax.OpCapture:
		return alternatives(r.Sub[0])
	case syntax.OpQuest:
		return append(alternatives(r.Sub[0]), "")
	case syntax.OpAlternate:
		var all []string
		for _, sub := range r.Sub {
			all = append(all, alternatives(sub)...)
		}
		return fewer(all)
	case syntax.OpConcat:
		all := []string{""}
		for _, sub := range r.Sub {
			var longer []string
			next := alternatives(sub)
			for _, a := range all {
				for _, b := range next {
					longer = append(longer, a+b)
				}
			}
			all = fewer(longer)
		}
		return all
	case syntax.OpNoMatch:
		return nil
	}
	return []string{"*"}
}

// fewer gives up telling many alternatives apart.
func fewer(all []string) []string {
	if len(all) > mostAlternatives {
		return []string{"*"}
	}
	return all
}

var numbered = regexp.MustCompile(`#+|[xX]{3,}|\[[^\]]*\]|<[^>]*>|\{[^}]*\}|\*+`)

// patternOf is a cookie's name as lists write it, with * for what varies: _ga_#, _ga_XXXXXXXX, _hjSession_{site_id}. It is
// empty for what cannot be a name.
func patternOf(name string) string {
	name = numbered.ReplaceAllString(strings.TrimSpace(name), "*")
	unsafe := strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == ';' || r == ',' || r == '=' || r == 0xfffd || r == 0x7f })
	if unsafe || len(name) > 255 || strings.Trim(name, "*") == "" {
		return ""
	}
	return name
}

// covers reports whether a pattern takes in a name, or all that another pattern does.
func covers(pattern, name string) bool {
	star, resume := -1, 0 // Where the last * was, and where what it stands for ends so far.
	p, n := 0, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, n
			p++
		case p < len(pattern) && pattern[p] == name[n]:
			p, n = p+1, n+1
		case star >= 0:
			resume++
			p, n = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

var duration = regexp.MustCompile(`(?i)(\d{1,5})\s*(years?|yrs?|jahre?|months?|monate?|weeks?|wochen?|days?|tage?n?|hours?|stunden?|min|seconds?|y\b|m\b|d\b)`)

// length is how long something is kept. A day stands for anything shorter, none for the session.
type length struct {
	days int
	iso  string
}

// lengthOf reads a duration as lists write it: 2 years, 13 months, 1 year and 24 days. Nothing is known of other words.
func lengthOf(words string) length {
	var l length
	most := 0
	for _, match := range duration.FindAllStringSubmatch(short(words, 100), 4) {
		n, err := strconv.Atoi(match[1])
		if err != nil || n == 0 || n > 9999 {
			continue
		}
		days, unit := n, "D"
		switch u := strings.ToLower(match[2]); {
		case strings.HasPrefix(u, "y"), strings.HasPrefix(u, "j"):
			days, unit = n*365, "Y"
		case strings.HasPrefix(u, "mo"), u == "m":
			days, unit = n*30, "M"
		case strings.HasPrefix(u, "w"):
			days, unit = n*7, "W"
		case strings.HasPrefix(u, "h"), strings.HasPrefix(u, "st"), strings.HasPrefix(u, "min"), strings.HasPrefix(u, "s"):
			days, n = 1, 1
		}
		if days > most {
			most, l.iso = days, fmt.Sprintf("P%d%s", n, unit)
		}
		l.days += days
	}
	if l.days > most { // Of several, such as 1 year and 24 days, the sum counts.
		l.iso = inDays(l.days).iso
	}
	return l
}

// inDays is a duration of so many days.
func inDays(days int) length {
	if days < 1 || days > 9999 {
		return length{}
	}
	return length{days, fmt.Sprintf("P%dD", days)}
}
