package snippetbuild

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
	"assent/snippet"
)

const essential = "essential"

// optional returns the ids of the purposes that are asked for.
func optional(n schemas.Notice) []string {
	ids := []string{}
	for _, p := range n.Purposes {
		if p.ID != essential {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

func service(s schemas.Service, mark string) object {
	return append(object{
		{"_id", s.ID}, {"_name", cmp.Or(s.Name, s.ID)}, {"_purpose", s.Purpose}, {"_mark", mark},
		{"_cookies", orEmpty(s.Cookies)}, {"_storage", orEmpty(s.Storage)},
	}, ofGoogle(s)...)
}

func ofGoogle(s schemas.Service) object {
	if !consent.IsGoogle(s) {
		return nil
	}
	return object{{"_google", true}}
}

// address returns what the script links to, or an error where that is no address of the web.
func address(link string) (string, error) {
	if !regexp.MustCompile(`^(https?://.|/|$)`).MatchString(link) {
		return "", fmt.Errorf("read link %q: want an address of the web", link)
	}
	return link, nil
}

// googleSettings names what is switched on with gtag('set', …, true).
func googleSettings(g schemas.Google) []string {
	names := []string{}
	if g.AdsDataRedaction {
		names = append(names, "ads_data_redaction")
	}
	if g.UrlPassthrough {
		names = append(names, "url_passthrough")
	}
	if g.DeveloperId != "" {
		names = append(names, "developer_id."+g.DeveloperId)
	}
	return names
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// duration turns ISO 8601 (P1Y6M) into numbers and units as Intl.NumberFormat knows them, which puts them into words of
// any language.
func duration(iso string) ([]any, error) {
	units := map[string]string{"Y": "year", "M": "month", "W": "week", "D": "day"}
	parts := []any{}
	for _, match := range regexp.MustCompile(`(\d+)([YMWD])`).FindAllStringSubmatch(iso, -1) {
		count, err := strconv.Atoi(match[1])
		if err != nil {
			return nil, fmt.Errorf("read duration %q: %w", iso, err)
		}
		parts = append(parts, []any{count, units[match[2]]})
	}
	return parts, nil
}

// config is the module that stands for `assent:config`. The address of the further languages is part of the script,
// hence a placeholder until the script's own hash is known.
func config(in Input, css string) (string, error) {
	marks, err := consent.Marks(in.Notice)
	if err != nil {
		return "", err
	}
	policy, err := address(in.Notice.PrivacyPolicy)
	if err != nil {
		return "", err
	}
	services, suspended, suspendedMarks := []any{}, []any{}, []string{}
	for _, s := range in.Notice.Services {
		if !in.isSuspended(s.ID) {
			services = append(services, service(s, marks[s.ID]))
			continue
		}
		suspended = append(suspended, suspendedService(s))
		suspendedMarks = append(suspendedMarks, marks[s.ID])
	}
	return exports(object{
		{"site", in.Site}, {"notice", in.NoticeID}, {"lifetime", in.Notice.LifetimeDays * 24 * 60 * 60},
		{"waitForUpdate", cmp.Or(in.Notice.Google.WaitForUpdate, 500)}, {"domain", in.Notice.CookieDomain},
		{"purposes", optional(in.Notice)}, {"services", services}, {"suspended", suspended}, {"suspendedIds", orEmpty(in.Suspended)}, {"suspendedMarks", suspendedMarks}, {"languages", byLength(in.Notice.Languages)},
		{"texts", in.asking(in.announced(texts(in.Notice, in.Notice.Languages[0]), in.Notice.Languages[0]), in.Notice.Languages[0])}, {"hash", placeholder}, {"policy", policy}, {"css", css},
		{"googleRegions", orEmpty(in.Notice.Google.Regions)},
		{"googleSettings", googleSettings(in.Notice.Google)},
		{"parts", partPlaceholders(in.Notice)}, {"hosts", in.hosts()}, {"blocked", blocked(in.Site, in.Notice)},
		{"tools", tools(in.Notice)}, {"change", in.change()},
	})
}

// exports writes a module that exports each member.
func exports(all object) (string, error) {
	var module strings.Builder
	for _, m := range all {
		value, err := script(m.value)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&module, "export const %s=%s;\n", m.name, value)
	}
	return module.String(), nil
}

// byLength puts a language before its regional kinds, so that the first match of a primary tag is the language itself.
func byLength(tags []string) []string {
	return slices.SortedStableFunc(slices.Values(tags), func(a, b string) int { return len(a) - len(b) })
}

// lookup finds a text: the notice's own, else the built-in one of that language, or English.
func lookup(n schemas.Notice, tag string) func(key string) string {
	builtIn := site.Texts(snippet.Texts())
	sources := []map[string]string{n.Texts[tag], builtIn.For(tag), builtIn["en"]}
	return func(key string) string {
		for _, source := range sources {
			if text := source[key]; text != "" {
				return text
			}
		}
		return ""
	}
}
