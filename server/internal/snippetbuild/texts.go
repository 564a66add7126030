package snippetbuild

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"assent/schemas"
)

// fields pairs the names in config.d.ts with the keys of a notice's texts.
func fields() [][2]string {
	return [][2]string{
		{"_title", "banner.title"}, {"_gpc", "banner.gpc"},
		{"_acceptAll", "action.accept-all"}, {"_rejectAll", "action.reject-all"}, {"_manage", "action.manage"},
		{"_open", "action.open"}, {"_policy", "link.policy"}, {"_saved", "status.saved"},
		{"_preferencesTitle", "preferences.title"}, {"_preferencesText", "preferences.text"}, {"_save", "action.save"},
		{"_close", "action.close"}, {"_details", "service.details"}, {"_panel", "panel.title"},
	}
}

// texts is what the script needs of one language, as config.d.ts describes it.
func texts(n schemas.Notice, tag string) object {
	text := underRegime(n, lookup(n, tag))
	all := object{{"_language", tag}, {"_direction", direction(tag)}, {"_text", sentences(text("banner.text"))}}
	for _, f := range fields() {
		all = append(all, member{f[0], text(f[1])})
	}
	return append(all, member{"_purposes", purposes(n, text)})
}

// purposes lists title and text of each, essential first.
func purposes(n schemas.Notice, text func(key string) string) []any {
	list := []any{}
	for _, id := range append([]string{essential}, optional(n)...) {
		list = append(list, []any{cmp.Or(text("purpose."+id+".title"), id), text("purpose." + id + ".text")})
	}
	return list
}

// sentences splits a text for display. What ends in a short word may be an abbreviation.
func sentences(text string) []any {
	var list []any
	for _, sentence := range regexp.MustCompile(`.+?(\S{4}[.!?।؟] |。)|.+`).FindAllString(text, -1) {
		list = append(list, sentence)
	}
	return list
}

// underRegime prefers the texts that a regime has of its own: opt-out.title instead of banner.title.
func underRegime(n schemas.Notice, text func(key string) string) func(key string) string {
	regime := Regime(n)
	return func(key string) string {
		return cmp.Or(text(regime+"."+strings.TrimPrefix(key, "banner.")), text(key))
	}
}

// direction follows the script that a language is written in, or usually written in.
func direction(tag string) string {
	script, _ := language.Make(tag).Script()
	if slices.Contains([]string{"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"}, script.String()) {
		return "rtl"
	}
	return "ltr"
}

// isAliased tells a language that browsers ask for by another tag: Chinese by region, Norwegian by either of two.
func isAliased(tag string) bool {
	primary, _, _ := strings.Cut(tag, "-")
	return primary == "zh" || primary == "no" || primary == "nb"
}
