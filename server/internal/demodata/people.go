package demodata

import (
	"math/rand/v2"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/exposure"
	"assent/server/internal/useragent"
)

// share is a value and its weight.
type share struct {
	value  string
	weight float64
}

func pick(r *rand.Rand, of []share) string {
	weights := make([]float64, len(of))
	for i, s := range of {
		weights[i] = s.weight
	}
	return of[draw(r, weights)].value
}

var (
	countries = []share{{"DE", 47}, {"AT", 12}, {"CH", 8}, {"FR", 8}, {"NL", 5}, {"GB", 5}, {"US", 13}, {"", 2}}
	languages = map[string][]share{"DE": {{"de", 93}, {"en", 7}}, "AT": {{"de", 96}, {"en", 4}}, "CH": {{"de", 66}, {"fr", 26}, {"en", 8}}, "FR": {{"fr", 94}, {"en", 6}}}
	others    = []share{{"en", 94}, {"de", 6}}
	devices   = []share{{useragent.Phone, 58}, {useragent.Desktop, 36}, {useragent.Tablet, 6}}
	browsers  = map[string][]share{
		useragent.Phone:   {{"chrome", 42}, {"safari", 39}, {"samsung", 8}, {"in-app", 6}, {"firefox", 4}, {"opera", 1}},
		useragent.Desktop: {{"chrome", 56}, {"firefox", 17}, {"edge", 14}, {"safari", 12}, {"opera", 1}},
		useragent.Tablet:  {{"safari", 68}, {"chrome", 27}, {"samsung", 5}},
	}
	pages = []share{{"/", 30}, {"/teapots", 14}, {"/bowls", 12}, {"/teapots/celadon", 8}, {"/sale", 9}, {"/gifts", 7},
		{"/workshop", 6}, {"/blog/how-glaze-works", 9}, {"/cart", 3}, {"/contact", 2}}
)

// visitor is somebody who comes to the shop.
type visitor struct {
	at                                     time.Time
	secret                                 string
	country, locale, device, browser, page string
	regime                                 string
	gpc, bot                               bool
	mark                                   exposure.Mark
}

func newVisitor(r *rand.Rand, at time.Time) visitor {
	v := visitor{at: at, secret: newSecret(r), country: pick(r, countries), device: pick(r, devices), page: origin + pick(r, pages), regime: consent.OptIn}
	v.browser = pick(r, browsers[v.device])
	if v.locale = pick(r, others); languages[v.country] != nil {
		v.locale = pick(r, languages[v.country])
	}
	if v.country == "US" { // As regimes.json has it.
		v.regime = consent.OptOut
	}
	likely := 0.02
	if v.browser == "firefox" {
		likely = 0.14
	}
	v.gpc = r.Float64() < likely
	for i := range v.mark {
		v.mark[i] = byte(r.Uint32())
	}
	return v
}
