package site

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

//go:embed plurals.json
var pluralsFile []byte

// plurals are the plural categories of cardinal numbers by language, as Unicode's CLDR has them. Only a faulty build
// can fail here.
var plurals = sync.OnceValue(func() map[string][]string {
	var categories map[string][]string
	if err := json.Unmarshal(pluralsFile, &categories); err != nil {
		panic(fmt.Sprintf("embedded plurals: %v", err))
	}
	return categories
})

// PluralCategories returns the categories that Intl.PluralRules knows for a language, such as "one" and "other", in the
// order of CLDR. An unknown language has "other" only.
func PluralCategories(tag string) []string {
	primary, _, _ := strings.Cut(tag, "-")
	if categories := plurals()[primary]; categories != nil {
		return categories
	}
	return []string{"other"}
}
