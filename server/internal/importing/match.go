package importing

import (
	"slices"
	"strings"
	"sync"

	"assent/schemas"
	"assent/server/internal/catalogue"
)

// aliases are what set-ups call services of the catalogue, without spaces and dashes.
var aliases = map[string]string{
	"ga": "google-analytics", "ga4": "google-analytics", "gtag": "google-analytics", "ganalytics": "google-analytics", "universalanalytics": "google-analytics",
	"gtm": "google-tag-manager", "tagmanager": "google-tag-manager",
	"adwords": "google-ads", "googleadwords": "google-ads", "googleadsconversion": "google-ads", "doubleclick": "google-ads", "googleremarketing": "google-ads",
	"adsense": "google-adsense", "googlemap": "google-maps", "gmaps": "google-maps", "maps": "google-maps", "recaptcha": "google-recaptcha", "googlefont": "google-fonts",
	"facebookpixel": "meta-pixel", "fbpixel": "meta-pixel", "metapixel": "meta-pixel", "fbq": "meta-pixel", "facebookads": "meta-pixel",
	"bing": "microsoft-advertising", "bingads": "microsoft-advertising", "uet": "microsoft-advertising", "microsoftads": "microsoft-advertising", "microsoftuet": "microsoft-advertising",
	"clarity": "microsoft-clarity", "tiktok": "tiktok-pixel", "tiktokads": "tiktok-pixel", "linkedininsights": "linkedin-insight", "linkedinads": "linkedin-insight", "linkedininsighttag": "linkedin-insight",
	"pinteresttag": "pinterest-tag", "pinterestads": "pinterest-tag", "snapchat": "snap-pixel", "snapchatpixel": "snap-pixel", "twitterpixel": "x-pixel", "twitterads": "x-pixel", "twitter": "x",
	"yt": "youtube", "youtubevideo": "youtube", "youtubevideos": "youtube", "piwik": "matomo", "tawk": "tawk-to", "yandex": "yandex-metrica", "yandexmetrika": "yandex-metrica",
}

// names are the services of the catalogue by what they are called.
var names = sync.OnceValue(func() map[string]string {
	byName := map[string]string{}
	for _, s := range catalogue.All() {
		byName[bare(s.ID)] = s.ID
		byName[bare(s.Name)] = s.ID
	}
	for alias, id := range aliases {
		byName[alias] = id
	}
	return byName
})

// byName finds a service of the catalogue by what a set-up calls it, also with words behind it: Google Analytics 4.
func byName(name string) (schemas.Service, bool) {
	name = bare(short(name, 200))
	if id, ok := names()[name]; ok {
		return catalogue.Find(id)
	}
	longest := ""
	for known := range names() {
		if len(known) >= 6 && len(known) > len(longest) && strings.HasPrefix(name, known) {
			longest = known
		}
	}
	return catalogue.Find(names()[longest])
}

// left is what services of the catalogue leave in browsers.
var left = sync.OnceValue(func() []leaving {
	var all []leaving
	for _, s := range catalogue.All() {
		for _, pattern := range slices.Concat(s.Cookies, s.Storage) {
			all = append(all, leaving{pattern, 2*len(pattern) - strings.Count(pattern, "*"), s})
		}
	}
	return all
})

type leaving struct {
	pattern string
	exact   int // How exactly it names one.
	service schemas.Service
}

// byCookie finds the service of the catalogue that leaves a cookie: of several the one that names it most exactly.
func byCookie(name string) (schemas.Service, bool) {
	var found schemas.Service
	best := 0
	for _, l := range left() {
		if l.exact > best && covers(l.pattern, name) {
			best, found = l.exact, l.service
		}
	}
	return found, best > 0
}

// byHost finds the one service of the catalogue that loads from a host.
func byHost(host string) (schemas.Service, bool) {
	host = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(host)), ".")
	if !strings.Contains(host, ".") || strings.ContainsAny(host, " /") {
		return schemas.Service{}, false
	}
	var found []schemas.Service
	for _, s := range catalogue.All() {
		if slices.ContainsFunc(s.Hosts, func(pattern string) bool {
			name, _, path := catalogue.Split(pattern)
			name = strings.TrimPrefix(name, "*.")
			return path == "" && (name == host || strings.TrimPrefix(name, "www.") == host || "www."+name == host || strings.HasSuffix(host, "."+name) && strings.HasPrefix(pattern, "*."))
		}) {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		return schemas.Service{}, false
	}
	return found[0], true
}
