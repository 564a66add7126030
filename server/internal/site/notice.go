package site

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"assent/schemas"
	"assent/server/internal/catalogue"
	"assent/server/internal/consent"
)

// DecodeNotice reads a notice as its owner writes it: everything is optional. The error is a *consent.InvalidError.
func DecodeNotice(body []byte) (schemas.Notice, error) {
	var n schemas.Notice
	err := decode("notice.schema.json", body, &n)
	return n, err
}

// Complete fills in every default and every text, so that the notice says by itself what visitors see, and checks what
// the schema cannot. The error is a *consent.InvalidError.
func Complete(n schemas.Notice, builtIn Texts) (schemas.Notice, error) {
	n.Purposes = completePurposes(n.Purposes)
	n.Languages = slices.Clone(n.Languages)
	if len(n.Languages) == 0 {
		n.Languages = []string{"en", "de"}
	}
	n.LifetimeDays = cmp.Or(n.LifetimeDays, consent.DefaultLifetimeDays)
	n.AutoBlock = cmp.Or(n.AutoBlock, "off")
	n.ConsentMode = cmp.Or(n.ConsentMode, "basic")
	n.Regime = cmp.Or(n.Regime, "auto")
	n.Look.Layout = cmp.Or(n.Look.Layout, "bar")
	n.Look.Accent = cmp.Or(strings.ToLower(n.Look.Accent), "#0b57d0")
	n.Services = completeServices(n.Services, n.Purposes)
	if faults := slices.Concat(idFaults(n), serviceFaults(n), hostFaults(n), languageFaults(n), lookFaults(n), ageFaults(n)); len(faults) > 0 {
		return n, &consent.InvalidError{Faults: faults}
	}
	texts, faults := completeTexts(n, builtIn)
	if len(faults) > 0 {
		return n, &consent.InvalidError{Faults: faults}
	}
	n.Texts = texts
	return n, nil
}

// ageFaults finds a question of age where silence would be taken for yes, or where nobody is asked anything.
func ageFaults(n schemas.Notice) []schemas.Fault {
	if n.AgeQuestion && n.Regime != "auto" && n.Regime != consent.OptIn {
		return []schemas.Fault{ageRules.at("/ageQuestion", nil)}
	}
	return nil
}

func completePurposes(purposes []schemas.Purpose) []schemas.Purpose {
	if len(purposes) == 0 {
		purposes = []schemas.Purpose{{ID: "analytics"}, {ID: "marketing"}}
	}
	complete := []schemas.Purpose{{ID: consent.Essential}}
	for _, p := range purposes {
		if p.ID != consent.Essential {
			complete = append(complete, p)
		}
	}
	return complete
}

// completeServices fills each service in from the built-in catalogue, and names those that are not in it by their ids.
func completeServices(services []schemas.Service, purposes []schemas.Purpose) []schemas.Service {
	complete := slices.Clone(services)
	for i := range complete {
		complete[i] = catalogue.Fill(complete[i], purposes)
		complete[i].Name = cmp.Or(complete[i].Name, complete[i].ID)
	}
	return complete
}

func idFaults(n schemas.Notice) []schemas.Fault {
	var faults []schemas.Fault
	seen := map[string]bool{}
	check := func(list string, i int, id string) {
		if seen[id] {
			faults = append(faults, idTwice.at(fmt.Sprintf("/%s/%d/id", list, i), values{"id": id}))
		}
		seen[id] = true
	}
	for i, p := range n.Purposes {
		check("purposes", i, p.ID)
	}
	for i, s := range n.Services {
		check("services", i, s.ID)
	}
	return faults
}

func serviceFaults(n schemas.Notice) []schemas.Fault {
	var faults []schemas.Fault
	for i, s := range n.Services {
		pointer := fmt.Sprintf("/services/%d/purpose", i)
		switch {
		case s.Purpose == "":
			faults = append(faults, purposeMissing.at(pointer, values{"service": s.ID}))
		case !slices.Contains(n.Purposes, schemas.Purpose{ID: s.Purpose}):
			faults = append(faults, purposeUnknown.at(pointer, values{"purpose": s.Purpose}))
		}
	}
	return faults
}

// languageFaults finds tags that look right and that browsers refuse.
func languageFaults(n schemas.Notice) []schemas.Fault {
	var faults []schemas.Fault
	for i, tag := range n.Languages {
		pointer := fmt.Sprintf("/languages/%d", i)
		if _, err := language.Parse(tag); err != nil {
			faults = append(faults, languageUnknown.at(pointer, values{"tag": tag}))
		}
		if slices.ContainsFunc(n.Languages[:i], func(other string) bool { return strings.EqualFold(other, tag) }) {
			faults = append(faults, languageTwice.at(pointer, values{"tag": tag}))
		}
	}
	return faults
}

// Canonical returns a complete notice's canonical JSON and its id, the base64url of the SHA-256 of it.
func Canonical(n schemas.Notice) (id string, document []byte, err error) {
	document, err = canonical(n)
	if err != nil {
		return "", nil, fmt.Errorf("encode notice: %w", err)
	}
	return IDOf(document), document, nil
}

// IDOf is the id that a notice of this canonical JSON has, and no other.
func IDOf(document []byte) string {
	sum := sha256.Sum256(document)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
