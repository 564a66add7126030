package importing

import (
	"cmp"
	"slices"
	"strings"

	"assent/schemas"
	"assent/server/internal/consent"
)

// vanilla takes what CookieConsent.run() is called with, of version 3 or 2.
func (d *draft) vanilla(v *value) {
	d.words = wordsOf(Vanilla)
	d.vanillaSwitches(v)
	if v.at("categories").there() {
		d.vanilla3(v)
	} else {
		d.vanilla2(v)
	}
}

func (d *draft) vanillaSwitches(v *value) {
	d.lifetime(v.any("cookie_expiration"))
	d.lifetime(v.at("cookie", "expiresAfterDays"))
	if mode := v.at("mode"); mode.str() == "opt-out" {
		d.remark(leftOut, "mode: opt-out", mode.line, regionDecides, nil)
	}
	for _, name := range []string{"force_consent", "disablePageInteraction"} {
		if at := v.at(name); at.yes() {
			d.remark(leftOut, name+": true", at.line, neverWall, nil)
		}
	}
	for _, m := range v.all() {
		isHook := strings.HasPrefix(m.name, "on") && (m.value.of(code) || m.value.there())
		if isHook {
			d.remark(leftOut, m.name, m.line, codeUntaken, nil)
		}
	}
	layout := v.any("guiOptions", "gui_options")
	d.vanillaLook(layout.any("consentModal", "consent_modal"))
	if v.at("cookie", "domain").there() || v.at("cookie_domain").there() {
		d.remark(check, "cookie.domain", v.any("cookie_domain", "cookie").lineOf(), domainUntaken, nil)
	}
	d.rest(v, "run()", "categories", "language", "languages", "guiOptions", "gui_options", "cookie", "mode", "current_lang", "autoclear_cookies", "autoClearCookies",
		"page_scripts", "manageScriptTags", "force_consent", "disablePageInteraction", "cookie_expiration", "cookie_domain", "cookie_name", "revision", "auto_language",
		"autorun", "autoShow", "delay", "root", "theme_css", "hideFromBots", "hide_from_bots", "lazyHtmlGeneration", "remove_cookie_tables", "cookie_same_site", "use_rfc_cookie",
		"onFirstConsent", "onConsent", "onChange", "onModalShow", "onModalHide", "onModalReady", "onFirstAction", "onAccept", "on_first_action")
}

func (d *draft) vanillaLook(modal *value) {
	layout, position := modal.at("layout").str(), modal.at("position").str()
	switch {
	case strings.HasPrefix(position, "middle"):
		d.notice.Look.Layout = "centre"
	case strings.HasPrefix(layout, "bar"):
		d.notice.Look.Layout = "bar"
	case layout != "":
		d.notice.Look.Layout = "box"
	}
	if equal := modal.at("equalWeightButtons"); equal.of(truth) && !equal.is {
		d.remark(leftOut, "equalWeightButtons: false", equal.line, answersAlike, nil)
	}
}

func (d *draft) vanilla3(v *value) {
	byWord := v.at("language", "default")
	if byWord.of(text) {
		d.language(byWord.str(), byWord.line)
	}
	translations := v.at("language", "translations")
	for _, t := range translations.all() {
		d.language(t.name, t.line)
	}
	ids := map[string]string{} // Purposes by category.
	for _, category := range v.at("categories").all() {
		ids[category.name] = d.vanillaCategory(category)
	}
	for _, t := range translations.all() {
		tag := d.language(t.name, t.line)
		switch {
		case t.value.of(object):
			d.vanillaTexts3(tag, t.value, ids)
		case t.value.of(text):
			d.remark(leftOut, "translations."+t.name, t.line, languageElsewhere, values{"file": short(t.value.str(), 100)})
		case tag != "":
			d.remark(leftOut, "translations."+t.name, t.line, languageRun, nil)
		}
	}
}

// vanillaCategory takes a category of version 3 with its services and cookies, and returns its purpose.
func (d *draft) vanillaCategory(category member) string {
	v := category.value
	purpose := d.purpose(category.name, category.line)
	readOnly := v.any("readOnly", "readonly")
	switch {
	case readOnly.yes() && purpose != consent.Essential:
		d.remark(check, category.name, readOnly.line, refusable, nil)
	case !readOnly.yes() && v.at("enabled").yes() && purpose != consent.Essential:
		d.remark(leftOut, category.name+" enabled: true", v.at("enabled").line, neverBeforehand, nil)
	}
	if reload := v.at("autoClear", "reloadPage"); reload.yes() {
		d.remark(leftOut, category.name+" reloadPage", reload.line, noReload, nil)
	}
	first := len(d.notice.Services)
	for _, m := range v.at("services").all() {
		label, _ := plain(m.value.at("label").str())
		s := service{key: m.name, name: label, purposes: []string{purpose}, line: m.line}
		for _, c := range m.value.at("cookies").list() {
			s.cookies = append(s.cookies, d.pattern(c, m.name)...)
		}
		d.switches(m.value, m.name)
		if id := d.add(s); id != "" && id != m.name {
			d.remark(taken, m.name, m.line, serviceRenamed, values{"id": id, "attribute": "data-service", "name": short(m.name, 60)})
		}
	}
	named := min(first, len(d.notice.Services))
	for _, c := range v.at("autoClear", "cookies").list() {
		for _, name := range d.pattern(c, category.name) {
			isNamed := slices.ContainsFunc(d.notice.Services[named:], func(s schemas.Service) bool {
				return slices.ContainsFunc(s.Cookies, func(pattern string) bool { return covers(pattern, name) })
			})
			if !isNamed {
				d.list(cookie{name: name, purpose: purpose, line: cmp.Or(c.lineOf(), category.line)})
			}
		}
	}
	return purpose
}

func (d *draft) vanillaTexts3(tag string, v *value, ids map[string]string) {
	banner, preferences := v.at("consentModal"), v.at("preferencesModal")
	d.say(tag, "banner.title", banner.at("title"))
	d.say(tag, "banner.text", banner.at("description"))
	d.say(tag, "action.accept-all", banner.at("acceptAllBtn"))
	d.say(tag, "action.reject-all", banner.at("acceptNecessaryBtn"))
	d.say(tag, "action.manage", banner.at("showPreferencesBtn"))
	d.say(tag, "preferences.title", preferences.at("title"))
	d.say(tag, "action.save", preferences.at("savePreferencesBtn"))
	d.say(tag, "action.close", preferences.at("closeIconLabel"))
	d.privacyLink(banner.at("footer"), banner.at("description"))
	for _, section := range preferences.at("sections").list() {
		linked := section.at("linkedCategory").str()
		purpose, known := ids[linked]
		if !known {
			d.privacyLink(section.at("description"))
			continue
		}
		d.section(tag, purpose, section)
		d.vanillaTable(section.any("cookieTable").at("body"), purpose)
	}
}

// section takes the words that describe a purpose.
func (d *draft) section(tag, purpose string, v *value) {
	d.say(tag, "purpose."+purpose+".title", v.at("title"))
	d.say(tag, "purpose."+purpose+".text", v.at("description"))
}

// privacyLink takes the link to the privacy policy out of texts.
func (d *draft) privacyLink(texts ...*value) {
	for _, v := range texts {
		if !v.of(text) || d.notice.PrivacyPolicy != "" {
			continue
		}
		_, links := plain(v.text)
		for _, link := range links {
			word := strings.ToLower(link)
			if slices.ContainsFunc([]string{"privacy", "datenschutz", "confidential", "privacid", "cookie-policy", "cookies"}, func(w string) bool { return strings.Contains(word, w) }) {
				d.policy(&value{sort: text, text: link, line: v.line})
				break
			}
		}
	}
}

// vanillaTable takes the cookies that are listed under a purpose, whatever the columns are called.
func (d *draft) vanillaTable(rows *value, purpose string) {
	for _, row := range rows.list() {
		name := row.any("name", "cookie", "Name", "col1")
		if !name.there() && len(row.all()) > 0 {
			name = row.members[0].value
		}
		provider := row.any("domain", "service", "provider", "Domain", "Service", "col2")
		c := cookie{name: name.str(), purpose: purpose, provider: short(provider.str(), 200), kept: lengthOf(row.any("expiration", "expires", "duration", "col3").str()), line: name.lineOf()}
		names := []string{c.name}
		if row.at("is_regex").yes() {
			names = d.pattern(&value{sort: expression, text: c.name, line: c.line}, purpose)
		}
		for _, c.name = range names {
			d.list(c)
		}
	}
}

// vanilla2 takes version 2, which has its categories in the texts of each language.
func (d *draft) vanilla2(v *value) {
	current := v.at("current_lang")
	if current.of(text) {
		d.language(current.str(), current.line)
	}
	for i, t := range v.at("languages").all() {
		tag := d.language(t.name, t.line)
		banner, settings := t.value.at("consent_modal"), t.value.at("settings_modal")
		d.say(tag, "banner.title", banner.at("title"))
		d.say(tag, "banner.text", banner.at("description"))
		d.privacyLink(banner.at("description"))
		d.buttons2(tag, banner)
		d.say(tag, "preferences.title", settings.at("title"))
		d.say(tag, "action.save", settings.at("save_settings_btn"))
		d.say(tag, "action.close", settings.at("close_btn_label"))
		for _, block := range settings.at("blocks").list() {
			toggle := block.at("toggle")
			if !toggle.at("value").of(text) {
				d.privacyLink(block.at("description"))
				continue
			}
			purpose := d.purpose(toggle.at("value").str(), toggle.lineOf())
			d.toggle2(toggle, purpose)
			d.section(tag, purpose, block)
			if i == 0 { // The other languages list the same cookies.
				d.vanillaTable(block.at("cookie_table"), purpose)
			}
		}
	}
}

func (d *draft) toggle2(toggle *value, purpose string) {
	readOnly := toggle.at("readonly").yes()
	switch {
	case readOnly && purpose != consent.Essential:
		d.remark(check, toggle.at("value").str(), toggle.line, refusable, nil)
	case !readOnly && toggle.at("enabled").yes():
		d.remark(leftOut, toggle.at("value").str()+" enabled: true", toggle.line, neverBeforehand, nil)
	}
}

func (d *draft) buttons2(tag string, banner *value) {
	for _, name := range []string{"primary_btn", "secondary_btn"} {
		switch button := banner.at(name); button.at("role").str() {
		case "accept_all":
			d.say(tag, "action.accept-all", button.at("text"))
		case "accept_necessary":
			d.say(tag, "action.reject-all", button.at("text"))
		case "settings":
			d.say(tag, "action.manage", button.at("text"))
		case "accept_selected":
			d.remark(leftOut, name, button.lineOf(), ticked, nil)
		}
	}
}
