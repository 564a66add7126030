// Package useragent tells programs from people's browsers by what they say of themselves. It is no defence: who wants to
// pass for a browser does. It keeps honest robots out of the rates.
package useragent

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed bots.txt
var list string

// tokens of the list by their first byte, in lower case.
var tokens = func() (byFirst [256][]string) {
	for line := range strings.Lines(list) {
		if token := strings.TrimSpace(line); token != "" && token[0] != '#' {
			byFirst[token[0]] = append(byFirst[token[0]], token)
		}
	}
	return byFirst
}()

// IsBot reports whether the User-Agent is a program's. Every browser sends one, so that none is a program's too.
func IsBot(userAgent string) bool {
	if userAgent == "" {
		return true
	}
	inWord := false
	for i := range len(userAgent) {
		c := lower(userAgent[i])
		starts := func(token string) bool {
			return len(userAgent)-i >= len(token) && strings.EqualFold(userAgent[i:i+len(token)], token)
		}
		if !inWord && slices.ContainsFunc(tokens[c], starts) {
			return true
		}
		inWord = c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
	}
	return false
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
