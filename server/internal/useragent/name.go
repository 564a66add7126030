package useragent

import "strings"

// named are browsers and systems, the more particular first: most call themselves Chrome or Safari, or Linux, as well.
var (
	namedBrowsers = []struct{ mark, name string }{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Safari/", "Safari"},
	}
	namedSystems = []struct{ mark, name string }{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"CrOS", "ChromeOS"}, {"Windows", "Windows"},
		{"Macintosh", "macOS"}, {"Linux", "Linux"},
	}
)

// Name tells somebody's own browsers apart, as in "Firefox, Linux": without version, and empty for what it does not know.
func Name(userAgent string) string {
	var names []string
	for _, known := range [][]struct{ mark, name string }{namedBrowsers, namedSystems} {
		for _, one := range known {
			if strings.Contains(userAgent, one.mark) {
				names = append(names, one.name)
				break
			}
		}
	}
	return strings.Join(names, ", ")
}
