// Package region tells by whose rules a visitor is asked: where the visitor is, and which regime holds there.
package region

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Place is where a visitor is, as ISO 3166 writes it: a country such as DE, or a subdivision such as US-CA. Empty when
// nobody knows.
type Place string

var (
	country     = regexp.MustCompile(`^[A-Z]{2}$`)
	subdivision = regexp.MustCompile(`^[A-Z]{2}-[A-Z0-9]{1,3}$`)
	regimes     = []string{consent.OptIn, consent.OptOut, consent.NoticeOnly} // The strictest first.
)

// lists is the file: schemas/regimes.json is the built-in one. An operator's file replaces the members that it has.
type lists struct {
	OptIn      []Place       `json:"optIn"`
	OptOut     []Place       `json:"optOut"`
	NoticeOnly []Place       `json:"noticeOnly"`
	Otherwise  string        `json:"otherwise"` // Regime of places that no list has, known or not.
	GPC        []Place       `json:"gpc"`       // Where the privacy signal of browsers is law.
	Ages       map[Place]int `json:"ages"`      // From which a child consents alone (GDPR, article 8).
}

// Rules are the lists, ready to be asked.
type Rules struct {
	regimes   map[Place]string
	otherwise string
	gpc       []Place
	ages      map[Place]int
}

// Default returns the built-in rules.
func Default() (Rules, error) {
	built, err := builtIn()
	if err != nil {
		return Rules{}, err
	}
	return compile(built)
}

// Parse reads an operator's file, whose members replace the built-in ones of the same name. The error names every fault.
func Parse(body []byte) (Rules, error) {
	all, err := builtIn()
	if err != nil {
		return Rules{}, err
	}
	var own lists
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&own); err != nil {
		return Rules{}, fmt.Errorf("is not as schemas/regimes.json shows: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Rules{}, errors.New("goes on after its object; keep all members in one")
	}
	if err := consent.OnceEach(body); err != nil {
		return Rules{}, err
	}
	for _, list := range []struct{ own, all *[]Place }{{&own.OptIn, &all.OptIn}, {&own.OptOut, &all.OptOut},
		{&own.NoticeOnly, &all.NoticeOnly}, {&own.GPC, &all.GPC}} {
		if *list.own != nil {
			*list.all = *list.own
		}
	}
	all.Otherwise = cmp.Or(own.Otherwise, all.Otherwise)
	if own.Ages != nil {
		all.Ages = own.Ages
	}
	return compile(all)
}

func builtIn() (lists, error) {
	var built lists
	if err := json.Unmarshal(schemas.Regimes, &built); err != nil {
		return built, fmt.Errorf("read built-in regions: %w", err)
	}
	return built, nil
}

// compile checks the lists: a place must be an ISO 3166 code, have one regime, and where the browser's signal is law
// visitors must be able to opt out.
func compile(l lists) (Rules, error) {
	r := Rules{regimes: map[Place]string{}, otherwise: l.Otherwise, gpc: l.GPC, ages: l.Ages}
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for _, list := range []struct {
		name, regime string
		places       []Place
	}{{"optIn", consent.OptIn, l.OptIn}, {"optOut", consent.OptOut, l.OptOut}, {"noticeOnly", consent.NoticeOnly, l.NoticeOnly}} {
		for _, place := range list.places {
			if !place.valid() {
				fault("%s: %q is no ISO 3166 code; write DE or US-CA", list.name, place)
			}
			if other, twice := r.regimes[place]; twice {
				fault("%s: %s is already under %s; keep it in one list", list.name, place, other)
			}
			r.regimes[place] = list.regime
		}
	}
	if !slices.Contains(regimes, l.Otherwise) {
		fault("otherwise: %q must be one of %s", l.Otherwise, strings.Join(regimes, ", "))
	}
	for _, place := range l.GPC {
		if !place.valid() {
			fault("gpc: %q is no ISO 3166 code; write DE or US-CA", place)
		} else if r.Regime(place) == consent.NoticeOnly {
			fault("gpc: %s is under notice-only, but where the signal is law visitors must be able to opt out", place)
		}
	}
	for _, place := range slices.Sorted(maps.Keys(l.Ages)) {
		if age := l.Ages[place]; !place.valid() || age < 1 || age > 21 {
			fault("ages: %q: %d is no age from 1 to 21 under an ISO 3166 code", place, age)
		}
	}
	if len(faults) > 0 {
		return Rules{}, errors.New(strings.Join(faults, "; "))
	}
	return r, nil
}

func (p Place) valid() bool {
	return country.MatchString(string(p)) || subdivision.MatchString(string(p))
}

// Regime returns whose rules hold at a place: those of the subdivision, else of the country. Where the country's
// subdivisions differ and the visitor's is unknown, and where the place is, the strictest.
func (r Rules) Regime(p Place) string {
	if regime, ok := r.regimes[p]; ok && subdivision.MatchString(string(p)) {
		return regime
	}
	whole, _, isPart := strings.Cut(string(p), "-")
	regime, listed := r.regimes[Place(whole)]
	if !listed {
		regime = r.otherwise
	}
	if isPart {
		return regime
	}
	if whole == "" {
		return consent.OptIn
	}
	for place, other := range r.regimes {
		if strings.HasPrefix(string(place), whole+"-") && slices.Index(regimes, other) < slices.Index(regimes, regime) {
			regime = other
		}
	}
	return regime
}

// IsSignalLaw reports whether sites have to honour the browser's privacy signal at a place.
func (r Rules) IsSignalLaw(p Place) bool { return slices.Contains(r.gpc, p) }

// Age returns from which age a child consents alone, or 0 where no law that the lists know says so.
func (r Rules) Age(p Place) int {
	whole, _, _ := strings.Cut(string(p), "-")
	return r.ages[Place(whole)]
}
