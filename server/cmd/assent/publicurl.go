package main

import (
	"fmt"
	"net/url"
	"strings"

	"assent/server/internal/site"
)

// publicAddress returns the outer address as browsers write it, without a slash at its end, or nothing for nothing. It
// is printed in tags and named in policies, where another form would load nothing and say nothing about it.
func publicAddress(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	outer, err := url.Parse(text)
	if err == nil && outer.User == nil && outer.RawQuery == "" && outer.Fragment == "" && !strings.Contains(outer.Host, "*") {
		if origin, err := site.ParseOrigin(outer.Scheme + "://" + outer.Host); err == nil {
			return origin + strings.TrimRight(outer.EscapedPath(), "/"), nil
		}
	}
	return "", fmt.Errorf("--public-url %q is no address that browsers could ask; write it with its scheme, such as https://assent.example.com", text)
}
