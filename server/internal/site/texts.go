package site

import (
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"assent/schemas"
)

// Texts are the built-in texts by language and key.
type Texts map[string]map[string]string

// For returns the texts of a language, or nil: its own, else those of its script (Chinese), or of the language without
// the region. Norwegian goes by either of its tags, no and nb.
func (t Texts) For(tag string) map[string]string {
	primary, _, _ := strings.Cut(tag, "-")
	candidates := []string{tag, language.Make(tag).String()} // pt-br is pt-BR.
	if script, _ := language.Make(tag).Script(); primary == "zh" && script.String() == "Hant" {
		candidates = append(candidates, "zh-Hant")
	}
	candidates = append(candidates, primary)
	if primary == "nb" {
		candidates = append(candidates, "no")
	}
	for _, candidate := range candidates {
		if texts := t[candidate]; texts != nil {
			return texts
		}
	}
	return nil
}

// completeTexts returns all texts of all languages: the built-in ones, replaced by the owner's.
func completeTexts(n schemas.Notice, builtIn Texts) (Texts, []schemas.Fault) {
	var faults []schemas.Fault
	for lang := range n.Texts {
		if !slices.Contains(n.Languages, lang) {
			faults = append(faults, textLanguage.at(pointer("texts", lang), nil))
		}
	}
	complete := Texts{}
	for _, lang := range n.Languages {
		texts, langFaults := completeLanguage(n, lang, builtIn)
		complete[lang] = texts
		faults = append(faults, langFaults...)
	}
	return complete, faults
}

func completeLanguage(n schemas.Notice, lang string, builtIn Texts) (map[string]string, []schemas.Fault) {
	needed, optional := textKeys(n, lang, builtIn)
	texts := map[string]string{}
	for key, text := range builtIn.For(lang) {
		if needed[key] || optional[key] {
			texts[key] = text
		}
	}
	var faults []schemas.Fault
	for _, key := range slices.Sorted(maps.Keys(n.Texts[lang])) {
		if !needed[key] && !optional[key] {
			faults = append(faults, textUnknown.at(pointer("texts", lang, key), nil))
			continue
		}
		texts[key] = n.Texts[lang][key]
	}
	for _, key := range slices.Sorted(maps.Keys(needed)) {
		if strings.TrimSpace(texts[key]) == "" {
			faults = append(faults, textMissing.at(pointer("texts", lang, key), nil))
		}
	}
	return texts, faults
}

// textKeys returns the keys that a language of the notice must have, and those that it may have.
func textKeys(n schemas.Notice, lang string, builtIn Texts) (needed, optional map[string]bool) {
	needed, optional = map[string]bool{}, map[string]bool{}
	for key := range builtIn["en"] {
		stem, isPlural := strings.CutSuffix(key, ".one")
		switch {
		case strings.HasPrefix(key, "purpose."): // Which of those are needed follows from the notice.
		case isPlural:
			for _, category := range PluralCategories(lang) {
				needed[stem+"."+category] = true
			}
		default:
			needed[key] = true // Also KEY.other, which every language has.
		}
	}
	for _, p := range n.Purposes {
		needed["purpose."+p.ID+".title"] = true
		needed["purpose."+p.ID+".text"] = true
	}
	for _, s := range n.Services {
		optional["service."+s.ID+".text"] = true
	}
	return needed, optional
}
