package importing

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/text/language"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Purposes that have built-in texts, beside consent.Essential.
const (
	functional = "functional"
	analytics  = "analytics"
	marketing  = "marketing"
)

// purposeWords are what people call purposes, beside the words that a tool has by itself (schemas.Tools).
var purposeWords = map[string]string{
	"necessary": consent.Essential, "strictlynecessary": consent.Essential, "required": consent.Essential, "essential": consent.Essential,
	"technical": consent.Essential, "security": consent.Essential, "notwendig": consent.Essential, "essenziell": consent.Essential,
	"strictlynecessarycookies": consent.Essential, "necessarycookies": consent.Essential, "basic": consent.Essential,
	"functional": functional, "functionality": functional, "functionalcookies": functional, "functionalitycookies": functional, "preferences": functional,
	"preference": functional, "personalization": functional, "personalisation": functional, "comfort": functional, "convenience": functional,
	"funktional": functional, "praeferenzen": functional,
	"analytics": analytics, "analytical": analytics, "analytic": analytics, "analyticscookies": analytics, "statistics": analytics, "statistic": analytics, "statistik": analytics,
	"performance": analytics, "performancecookies": analytics, "measurement": analytics, "tracking": analytics, "monitoring": analytics,
	"marketing": marketing, "advertising": marketing, "advertisement": marketing, "ads": marketing, "ad": marketing, "targeting": marketing,
	"targetingcookies": marketing, "marketingcookies": marketing, "retargeting": marketing, "remarketing": marketing, "social": marketing, "socialmedia": marketing,
	"socialmediacookies": marketing, "livechat": functional, "styling": functional,
}

// strictness orders purposes: of several, the later one here is asked for. Purposes of the site's own come in between.
func strictness(purpose string) int {
	switch purpose {
	case consent.Essential:
		return 0
	case functional:
		return 1
	case analytics:
		return 3
	case marketing:
		return 4
	}
	return 2
}

// bare is a name without what people write differently: Google Analytics, google-analytics, googleAnalytics.
func bare(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// idOf makes an id of a name: googleAnalytics and Google Analytics are google-analytics. It is empty where nothing of the
// name can be in an id.
func idOf(name string) string {
	var b strings.Builder
	last := '-'
	for _, r := range name {
		switch isUpper := r >= 'A' && r <= 'Z'; {
		case isUpper && last >= 'a' && last <= 'z':
			b.WriteByte('-')
			b.WriteRune(unicode.ToLower(r))
		case isUpper, r >= 'a' && r <= 'z', r >= '0' && r <= '9' && b.Len() > 0:
			b.WriteRune(unicode.ToLower(r))
		case last != '-' && b.Len() > 0:
			b.WriteByte('-')
			r = '-'
		default:
			continue
		}
		last = r
	}
	id := b.String()
	return strings.Trim(id[:min(len(id), 40)], "-")
}

var tagForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

// tagOf is a language as a notice names it: pt_BR is pt-BR. It is empty for what is no language.
func tagOf(name string) string {
	tag := strings.ReplaceAll(strings.TrimSpace(name), "_", "-")
	first, rest, regional := strings.Cut(tag, "-")
	tag = strings.ToLower(first)
	if regional {
		tag += "-" + rest
	}
	if parsed, err := language.Parse(tag); err != nil || !tagForm.MatchString(tag) || parsed == language.Und {
		return ""
	}
	return tag
}

// plain is the text of what may be markup, on one line: a notice shows text and nothing else. Badges beside a title are
// no part of it. The links that it had are returned.
func plain(markup string) (words string, links []string) {
	tokens := html.NewTokenizer(strings.NewReader(markup))
	var b strings.Builder
	badge := ""
	for {
		switch kind := tokens.Next(); kind {
		case html.ErrorToken:
			return strings.Join(strings.Fields(strings.ToValidUTF8(b.String(), "")), " "), links
		case html.TextToken:
			if badge == "" {
				b.Write(tokens.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := tokens.TagName()
			element := string(name)
			if element == "br" || element == "p" || element == "li" {
				b.WriteByte(' ')
			}
			for more {
				var key, content []byte
				key, content, more = tokens.TagAttr()
				if string(key) == "href" && len(links) < 8 {
					links = append(links, string(content))
				}
				if string(key) == "class" && strings.Contains(string(content), "badge") && kind == html.StartTagToken {
					badge = element
				}
			}
		case html.EndTagToken:
			if name, _ := tokens.TagName(); string(name) == badge {
				badge = ""
			}
		}
	}
}

// wordsOf returns what a tool calls the purposes that it has by itself.
func wordsOf(kind string) map[string]string {
	words := map[string]string{}
	for word, purpose := range schemas.Tools()[kind].Words {
		words[bare(word)] = purpose
	}
	return words
}

// short cuts a text that is for people to read.
func short(s string, most int) string {
	runes := []rune(strings.ToValidUTF8(s, ""))
	return string(runes[:min(len(runes), most)])
}
