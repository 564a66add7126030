// Package transfer tells what the GDPR asks of sending data to a country: which are in the EEA, for which there is a
// decision of adequacy, and what is wrong with the safeguard that a notice names.
package transfer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Decision is one that a country's level of protection is adequate (GDPR, article 45).
type Decision struct {
	Country string            `json:"country"`
	Act     string            `json:"act"`
	From    string            `json:"from"`  // First day.
	Until   string            `json:"until"` // Last day; empty while none is set.
	Scope   map[string]string `json:"scope"` // To whom or what it is limited, by language; empty for no limit.
}

// List is the file: schemas/adequacy.json is the built-in one. An operator's file replaces the members that it has.
type List struct {
	AsOf      string     `json:"asOf"` // The day up to which it is known to hold.
	EEA       []string   `json:"eea"`
	Decisions []Decision `json:"decisions"`
}

var country = regexp.MustCompile(`^[A-Z]{2}$`)

// BuiltIn returns the built-in list. Only a faulty build can fail here.
var BuiltIn = sync.OnceValue(func() List {
	var built List
	err := json.Unmarshal(schemas.Adequacy, &built)
	if err == nil {
		err = built.check()
	}
	if err != nil {
		panic(fmt.Sprintf("embedded adequacy.json: %v", err))
	}
	return built
})

// Parse reads an operator's file, whose members replace the built-in ones of the same name. The error names every fault.
func Parse(body []byte) (List, error) {
	var own List
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&own); err != nil {
		return List{}, fmt.Errorf("is not as schemas/adequacy.json shows: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return List{}, errors.New("goes on after its object; keep all members in one")
	}
	if err := consent.OnceEach(body); err != nil {
		return List{}, err
	}
	all := BuiltIn()
	all.AsOf = cmp.Or(own.AsOf, all.AsOf)
	if own.EEA != nil {
		all.EEA = own.EEA
	}
	if own.Decisions != nil {
		all.Decisions = own.Decisions
	}
	if err := all.check(); err != nil {
		return List{}, err
	}
	return all, nil
}

func (l List) check() error {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	day := func(where, text string) {
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			fault("%s: %q is no day; write it as 2026-12-31", where, text)
		}
	}
	day("asOf", l.AsOf)
	for _, code := range l.EEA {
		if !country.MatchString(code) {
			fault("eea: %q is no ISO 3166 code; write DE", code)
		}
	}
	for i, d := range l.Decisions {
		at := fmt.Sprintf("decisions[%d]", i)
		if !country.MatchString(d.Country) {
			fault("%s.country: %q is no ISO 3166 code; write DE", at, d.Country)
		}
		if d.Act == "" {
			fault("%s.act is missing; write the decision's number", at)
		}
		day(at+".from", d.From)
		if d.Until != "" {
			day(at+".until", d.Until)
		}
		if d.Until != "" && d.Until < d.From {
			fault("%s.until is before from; exchange them", at)
		}
		if len(d.Scope) > 0 && d.Scope["en"] == "" {
			fault("%s.scope has no text in English; write en, which every other language falls back to", at)
		}
	}
	if len(faults) > 0 {
		return errors.New(strings.Join(faults, "; "))
	}
	return nil
}

// decision returns the country's decision that is in force on a day, or else the one that ended last.
func (l List) decision(country, day string) (found Decision, inForce bool) {
	for _, d := range l.Decisions {
		switch {
		case d.Country != country || d.From > day:
		case d.Until == "" || d.Until >= day:
			return d, true
		case d.Until > found.Until:
			found = d
		}
	}
	return found, false
}

func (l List) isInEEA(country string) bool { return slices.Contains(l.EEA, country) }
