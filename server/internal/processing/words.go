package processing

import (
	"embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"assent/server/internal/transfer"
)

// Languages are those that a record is written in.
var Languages = []string{"en", "de"}

//go:embed words
var files embed.FS

// words are those of a record in one language.
type words struct {
	Language     string               `json:"-"`
	Title        string               `json:"title"`
	Legal        string               `json:"legal"`
	Subjects     string               `json:"subjects"`
	Measures     []string             `json:"measures"`
	Choices      string               `json:"choices"`
	Proof        string               `json:"proof"`
	ProofAim     string               `json:"proofAim"`
	ChoiceData   []string             `json:"choiceData"`
	ChoicePeriod string               `json:"choicePeriod"`
	ServiceData  []string             `json:"serviceData"`
	Cookies      string               `json:"cookies"`
	Storage      string               `json:"storage"`
	Untold       string               `json:"untold"`
	Remarks      map[string]string    `json:"remarks"` // By what is wrong.
	Units        map[string][2]string `json:"units"`   // One and many of a duration's letters.
	Labels       map[string]string    `json:"labels"`
}

var read = sync.OnceValue(func() map[string]words {
	all := map[string]words{}
	for _, lang := range Languages {
		body, err := files.ReadFile("words/" + lang + ".json")
		w := words{Language: lang}
		if err == nil {
			err = json.Unmarshal(body, &w)
		}
		if err != nil {
			panic(fmt.Sprintf("embedded words of records: %v", err))
		}
		all[lang] = w
	}
	return all
})

func wordsIn(lang string) words {
	if w, has := read()[lang]; has {
		return w
	}
	return read()[Languages[0]]
}

// remark is what to do. Where a decision is limited, its limit is what decides.
func (w words) remark(v transfer.Verdict) string {
	if limited, has := w.Remarks[v.Wrong+"-limited"]; has && len(v.Decision.Scope) > 0 {
		return limited
	}
	return w.Remarks[v.Wrong]
}

// Country is a country's name; the code where it has none.
func (w words) Country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	return display.Regions(language.Make(w.Language)).Name(region)
}

// Label is a word of the page.
func (w words) Label(name string) string { return w.Labels[name] }

var part = regexp.MustCompile(`([0-9]+)([YMWD])`)

// period writes an ISO 8601 duration of years, months, weeks and days in words.
func (w words) period(duration string) string {
	var parts []string
	for _, found := range part.FindAllStringSubmatch(duration, -1) {
		number, unit := strings.TrimLeft(found[1], "0"), w.Units[found[2]]
		switch number {
		case "":
		case "1":
			parts = append(parts, "1 "+unit[0])
		default:
			parts = append(parts, number+" "+unit[1])
		}
	}
	return strings.Join(parts, ", ")
}
