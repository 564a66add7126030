package importing

import (
	"cmp"
	"strconv"
	"strings"

	"assent/server/internal/consent"
)

// klaroTexts are the texts of Klaro that have a counterpart, first the better one.
var klaroTexts = []struct {
	key   string
	paths [][]string
}{
	{"banner.title", [][]string{{"consentNotice", "title"}}},
	{"banner.text", [][]string{{"consentNotice", "description"}}},
	{"preferences.title", [][]string{{"consentModal", "title"}}},
	{"preferences.text", [][]string{{"consentModal", "description"}}},
	{"action.accept-all", [][]string{{"acceptAll"}, {"ok"}}},
	{"action.reject-all", [][]string{{"decline"}}},
	{"action.manage", [][]string{{"consentNotice", "learnMore"}}},
	{"action.save", [][]string{{"acceptSelected"}, {"save"}}},
	{"action.close", [][]string{{"close"}}},
	{"link.policy", [][]string{{"privacyPolicy", "name"}}},
}

// klaroMembers are members of Klaro's configuration that are looked at, or that only name things of Klaro's own page.
var klaroMembers = []string{"services", "apps", "translations", "privacyPolicy", "privacyPolicyUrl", "cookieExpiresAfterDays", "default", "mustConsent", "hideDeclineAll",
	"noticeAsModal", "lang", "version", "elementID", "storageName", "cookieName", "storageMethod", "acceptAll", "htmlTexts", "groupByPurpose", "cookieDomain", "optOut"}

// klaro takes a configuration of Klaro: config.js, an exported object, or JSON.
func (d *draft) klaro(v *value) {
	d.klaroSwitches(v)
	if lang := v.at("lang"); lang.of(text) {
		d.language(lang.str(), lang.line)
	}
	for _, translation := range v.at("translations").all() {
		d.language(translation.name, translation.line) // zz, what holds in every language, is none.
	}
	d.klaroPolicy(v)
	d.lifetime(v.at("cookieExpiresAfterDays"))
	ids := map[string]string{}
	for _, s := range v.any("services", "apps").list() {
		if id := d.klaroService(s, v); id != "" {
			ids[s.at("name").str()] = id
		}
	}
	for _, translation := range v.at("translations").all() {
		if tag := d.language(translation.name, translation.line); tag != "" {
			d.klaroLanguage(tag, translation.value, ids)
		}
	}
	d.rest(v, "klaro", klaroMembers...)
}

// klaroSwitches tells of what Assent does in one way only.
func (d *draft) klaroSwitches(v *value) {
	if at := v.at("default"); at.yes() {
		d.remark(leftOut, "default: true", at.line, neverBeforehand, nil)
	}
	if at := v.at("optOut"); at.yes() {
		d.remark(leftOut, "optOut: true", at.line, neverBeforeYes, nil)
	}
	if at := v.at("mustConsent"); at.yes() {
		d.remark(leftOut, "mustConsent: true", at.line, neverWall, nil)
	}
	if at := v.at("hideDeclineAll"); at.yes() {
		d.remark(leftOut, "hideDeclineAll: true", at.line, refusalStays, nil)
	}
	if v.at("noticeAsModal").yes() {
		d.notice.Look.Layout = "centre"
	}
	if at := v.at("cookieDomain"); at.there() {
		d.remark(check, "cookieDomain", at.line, domainUntaken, nil)
	}
}

func (d *draft) klaroPolicy(v *value) {
	policy := v.at("privacyPolicy")
	if policy.of(object) {
		policy = cmp.Or(policy.any("default", "en"), firstOf(policy))
	}
	d.policy(policy)
	d.policy(v.at("privacyPolicyUrl"))
	for _, translation := range v.at("translations").all() {
		d.policy(translation.value.at("privacyPolicyUrl"))
	}
}

func firstOf(v *value) *value {
	for _, m := range v.all() {
		return m.value
	}
	return nil
}

// klaroService takes one service and returns its id.
func (d *draft) klaroService(v, config *value) string {
	name := v.at("name").str()
	line := cmp.Or(v.at("name").lineOf(), v.lineOf())
	if name == "" {
		d.remark(leftOut, "services", line, serviceRun, nil)
		return ""
	}
	title, _ := plain(cmp.Or(v.at("title").str(), v.at("translations", "en", "title").str(), v.at("translations", "zz", "title").str(),
		config.at("translations", "en", name, "title").str(), config.at("translations", "de", name, "title").str()))
	s := service{key: name, name: title, line: line}
	for _, purpose := range v.at("purposes").list() {
		if purpose.of(text) {
			s.purposes = append(s.purposes, d.purpose(purpose.str(), purpose.line))
		}
	}
	if required := v.at("required"); required.yes() {
		s.purposes = []string{consent.Essential}
		d.essentials(s, required.line)
	}
	for _, c := range v.at("cookies").list() {
		s.cookies = append(s.cookies, d.pattern(c, name)...)
	}
	d.switches(v, name)
	id := d.add(s)
	if id != "" && id != name {
		d.remark(taken, name, line, serviceRenamed, values{"id": id, "attribute": "data-name", "name": short(name, 60)})
	}
	for _, translation := range v.at("translations").all() {
		if tag := d.language(translation.name, translation.line); tag != "" && id != "" {
			d.say(tag, "service."+id+".text", translation.value.at("description"))
		}
	}
	if description := v.at("description"); description.of(text) && id != "" && len(d.notice.Languages) > 0 {
		d.say(d.notice.Languages[0], "service."+id+".text", description)
	}
	return id
}

// essentials warns of a service that the file says the site cannot do without.
func (d *draft) essentials(s service, line int) {
	known, found := d.recognise(s)
	if found && known.Purpose != consent.Essential {
		d.remark(check, cmp.Or(s.name, s.key), line, serviceEssential, values{"known": known.Purpose})
	}
}

// switches tells what a service does beside being granted.
func (d *draft) switches(v *value, name string) {
	for _, m := range v.all() {
		switch {
		case m.name == "default" && m.value.yes():
			d.remark(leftOut, name+" default: true", m.line, neverBeforehand, nil)
		case m.name == "optOut" && m.value.yes():
			d.remark(check, name+" optOut: true", m.line, waitsNow, nil)
		case strings.HasPrefix(m.name, "on") && m.value.of(code), m.name == "callback" && m.value.of(code):
			d.remark(leftOut, name+" "+m.name, m.line, codeUntaken, nil)
		}
	}
}

// pattern reads a cookie of a service: its name, an expression, or a list or an object that begins with either.
func (d *draft) pattern(v *value, about string) []string {
	switch {
	case v.of(list) && len(v.items) > 0:
		return d.pattern(v.items[0], about)
	case v.of(object):
		return d.pattern(v.any("pattern", "name"), about)
	case v.of(expression):
		patterns, wrong := patternsOf(v.text)
		if wrong != (kind{}) {
			d.remark(leftOut, about+" /"+short(v.text, 60)+"/", v.line, wrong, values{"most": strconv.Itoa(longestExpression)})
		}
		return patterns
	case v.of(text):
		if name := patternOf(v.text); name != "" {
			return []string{name}
		}
	}
	if v.there() {
		d.remark(leftOut, about+" cookies", v.line, cookieUnread, nil)
	}
	return nil
}

func (d *draft) klaroLanguage(tag string, v *value, ids map[string]string) {
	for _, t := range klaroTexts {
		for _, path := range t.paths {
			if found := v.at(path...); found.of(text) {
				d.say(tag, t.key, found)
				break
			}
		}
	}
	for _, purpose := range v.at("purposes").all() {
		id, asked := d.purposes[bare(purpose.name)]
		switch {
		case !asked || id == consent.Essential:
		case purpose.value.of(object):
			d.say(tag, "purpose."+id+".title", purpose.value.at("title"))
			d.say(tag, "purpose."+id+".text", purpose.value.at("description"))
		default:
			d.say(tag, "purpose."+id+".title", purpose.value)
		}
	}
	for name, id := range ids {
		d.say(tag, "service."+id+".text", v.at(name, "description"))
	}
}
