package consent

import "strings"

// The patterns of decision.schema.json, by hand: as regular expressions they take ten times as long. A test holds each
// against its expression.

// isID: ^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$
func isID(s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' || s[14] != '7' || strings.IndexByte("89ab", s[19]) < 0 {
		return false
	}
	for i := range len(s) {
		if isDash := i == 8 || i == 13 || i == 18 || i == 23; !isDash && !isDigit(s[i]) && (s[i] < 'a' || s[i] > 'f') {
			return false
		}
	}
	return true
}

// isBase64URL: ^[A-Za-z0-9_-]*$
func isBase64URL(s string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) && !isDigit(s[i]) && s[i] != '_' && s[i] != '-' {
			return false
		}
	}
	return true
}

// isName: ^[a-z][a-z0-9_-]{0,39}$
func isName(s string) bool {
	return s != "" && len(s) <= 40 && s[0] >= 'a' && s[0] <= 'z' && isBase64URL(s) && strings.ToLower(s) == s
}

// isLocale: ^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$
func isLocale(s string) bool {
	subtags := 0
	for tag := range strings.SplitSeq(s, "-") {
		if subtags++; tag == "" || len(tag) > 8 || subtags > 5 || subtags == 1 && len(tag) < 2 {
			return false
		}
		for i := range len(tag) {
			if !isLetter(tag[i]) && (subtags == 1 || !isDigit(tag[i])) {
				return false
			}
		}
	}
	return true
}

// isPage: ^https?://[^\s]+$, of at most maxPage bytes
func isPage(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(s, "http://")
	}
	return ok && rest != "" && len(s) <= maxPage && !strings.ContainsAny(rest, "\t\n\f\r ")
}

// isTime refuses what RFC 3339 does not have and package time takes all the same: an hour of one digit, a comma before the
// fraction, and zones beyond a day (https://go.dev/issue/54580).
func isTime(s string) bool {
	if len(s) < len("2026-11-23T10:00:00Z") || s[len("2026-11-23T10")] != ':' || strings.Contains(s, ",") {
		return false
	}
	zone := s[len(s)-len("00:00"):]
	return strings.HasSuffix(s, "Z") || zone[:2] < "24" && zone[3:] < "60"
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
