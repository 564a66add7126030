package useragent

import "strings"

// Classes of devices.
const (
	Phone   = "phone"
	Tablet  = "tablet"
	Desktop = "desktop"
)

// Devices and Browsers are all that Describe tells of anybody, beside nothing.
var (
	Devices  = []string{Phone, Tablet, Desktop}
	Browsers = []string{"chrome", "safari", "firefox", "edge", "samsung", "opera", "in-app", "other"}
)

// marks of browsers, the more particular first: most call themselves Chrome or Safari as well.
var marks = []struct{ mark, browser string }{
	{"FBAN/", "in-app"}, {"FBAV/", "in-app"}, {"Instagram", "in-app"}, {"LinkedInApp", "in-app"}, {"Pinterest/", "in-app"},
	{"; wv)", "in-app"},
	{"Edg/", "edge"}, {"EdgA/", "edge"}, {"EdgiOS/", "edge"}, {"OPR/", "opera"}, {"OPT/", "opera"},
	{"SamsungBrowser/", "samsung"}, {"YaBrowser/", "other"}, {"DuckDuckGo/", "other"}, {"GSA/", "in-app"},
	{"FxiOS/", "firefox"}, {"Firefox/", "firefox"}, {"CriOS/", "chrome"}, {"Chrome/", "chrome"}, {"Safari/", "safari"},
}

// Describe returns the class of device and the family of browser, which thousands of people share: all that is kept of a
// User-Agent. An iPad that asks for desktop pages says that it is a Mac. Both are empty when there is none.
func Describe(userAgent string) (device, browser string) {
	if userAgent == "" {
		return "", ""
	}
	return deviceOf(userAgent), browserOf(userAgent)
}

func deviceOf(userAgent string) string {
	has := func(mark string) bool { return strings.Contains(userAgent, mark) }
	switch {
	case has("iPad"), has("Tablet"), has("Silk/"), has("Android") && !has("Mobile"):
		return Tablet
	case has("Mobi"), has("iPhone"), has("iPod"):
		return Phone
	default:
		return Desktop
	}
}

func browserOf(userAgent string) string {
	for _, known := range marks {
		if strings.Contains(userAgent, known.mark) {
			return known.browser
		}
	}
	return "other"
}
