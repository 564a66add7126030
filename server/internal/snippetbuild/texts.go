package snippetbuild

import (
	"cmp"
	"slices"
	"strings"

	"assent/schemas"
)

// fields pairs the names in config.d.ts with the keys of a notice's texts.
func fields() [][2]string {
	return [][2]string{
		{"_title", "banner.title"}, {"_text", "banner.text"}, {"_gpc", "banner.gpc"},
		{"_acceptAll", "action.accept-all"}, {"_rejectAll", "action.reject-all"}, {"_manage", "action.manage"},
		{"_save", "action.save"}, {"_close", "action.close"}, {"_open", "action.open"}, {"_policy", "link.policy"},
		{"_preferencesTitle", "preferences.title"}, {"_preferencesText", "preferences.text"},
		{"_details", "service.details"}, {"_servicePolicy", "service.policy"}, {"_saved", "status.saved"},
	}
}

// texts is what the script needs of one language, as config.d.ts describes it.
func texts(n schemas.Notice, language string) object {
	text := lookup(n, language)
	all := object{{"_language", language}, {"_direction", direction(language)}}
	for _, f := range fields() {
		all = append(all, member{f[0], text(f[1])})
	}
	var facts, purposes, services []any
	for _, fact := range []string{"provider", "aim", "cookies", "retention", "country"} {
		facts = append(facts, text("service."+fact))
	}
	for _, id := range append([]string{essential}, optional(n)...) {
		title := text("purpose." + id + ".title")
		if title == "" {
			title = id
		}
		purposes = append(purposes, []any{title, text("purpose." + id + ".text")})
	}
	for _, s := range n.Services {
		aim := cmp.Or(text("service."+s.ID+".text"), text("kind."+s.Kind), text("purpose."+s.Purpose+".text"))
		services = append(services, []any{aim, text("safeguard." + s.Safeguard)})
	}
	return append(all, member{"_facts", facts}, member{"_purposes", purposes}, member{"_services", services})
}

// direction follows the script that a language is usually written in.
func direction(language string) string {
	primary, _, _ := strings.Cut(language, "-")
	if slices.Contains([]string{"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"}, primary) {
		return "rtl"
	}
	return "ltr"
}
