package importing

import (
	"cmp"
	"strings"

	"assent/server/internal/consent"
)

// onetrustTexts are the texts of OneTrust's domain file that have a counterpart.
var onetrustTexts = []struct {
	key   string
	names []string
}{
	{"banner.title", []string{"BannerTitle"}},
	{"banner.text", []string{"AlertNoticeText"}},
	{"action.accept-all", []string{"AlertAllowCookiesText"}},
	{"action.reject-all", []string{"BannerRejectAllButtonText"}},
	{"action.manage", []string{"AlertMoreInfoText", "CookieSettingButtonText"}},
	{"preferences.title", []string{"MainText"}},
	{"preferences.text", []string{"MainInfoText"}},
	{"action.save", []string{"PreferenceCenterConfirmText", "AllowAllText"}},
	{"link.policy", []string{"AboutText"}},
}

// onetrust takes the JSON of a domain in one language, as OneTrust's script fetches it.
func (d *draft) onetrust(v *value) {
	d.words = wordsOf(OneTrust)
	domain := v.at("DomainData")
	if !domain.there() {
		domain = v
	}
	culture := cmp.Or(domain.at("Language", "Culture"), domain.at("culture"))
	tag := d.language(cmp.Or(culture.str(), "en"), culture.lineOf())
	for _, t := range onetrustTexts {
		if t.key == "action.save" && !domain.at("PreferenceCenterConfirmText").there() {
			continue // AllowAllText alone is another button.
		}
		d.say(tag, t.key, domain.any(t.names...))
	}
	d.policy(domain.at("AboutLink"))
	if days := domain.any("ReconsentFrequencyDays"); days.there() {
		d.lifetime(days)
	}
	if at := domain.at("ForceConsent"); at.yes() {
		d.remark(leftOut, "ForceConsent", at.line, neverWall, nil)
	}
	if at := domain.at("BannerShowRejectAllButton"); at.of(truth) && !at.is {
		d.remark(leftOut, "BannerShowRejectAllButton: false", at.line, refusalStays, nil)
	}
	for _, group := range domain.at("Groups").list() {
		d.onetrustGroup(tag, group)
	}
}

func (d *draft) onetrustGroup(tag string, v *value) {
	title, _ := plain(v.at("GroupName").str())
	id := cmp.Or(v.at("CustomGroupId").str(), v.at("OptanonGroupId").str())
	line := v.at("GroupName").lineOf()
	if v.at("IsIabPurpose").yes() || strings.HasPrefix(id, "IAB") || strings.HasPrefix(id, "ISP") || strings.HasPrefix(id, "ISF") {
		d.remark(leftOut, title, line, purposeIAB, nil)
		return
	}
	cookies := v.at("FirstPartyCookies").list()
	hosts := v.at("Hosts").list()
	if len(cookies)+len(hosts) == 0 && v.at("Parent").str() == "" && !strings.HasPrefix(id, "C000") {
		return // A heading, such as Your Privacy.
	}
	purpose := d.onetrustPurpose(id, title, line)
	status := strings.ToLower(v.at("Status").str())
	switch {
	case strings.Contains(status, "always") && purpose != consent.Essential:
		d.remark(check, title, v.at("Status").line, refusable, nil)
	case strings.HasPrefix(status, "active"), strings.Contains(status, "inactive landingpage"):
		d.remark(leftOut, title+" "+status, v.at("Status").line, neverBeforehand, nil)
	}
	d.say(tag, "purpose."+purpose+".title", v.at("GroupName"))
	d.say(tag, "purpose."+purpose+".text", v.at("GroupDescription"))
	for _, c := range cookies {
		d.onetrustCookie(c, purpose, nil)
	}
	for _, host := range hosts {
		if len(host.at("Cookies").list()) == 0 {
			name := cmp.Or(host.at("DisplayName").str(), host.at("HostName").str())
			d.add(service{name: name, hosts: []string{host.at("HostName").str()}, policy: host.at("PrivacyPolicy").str(), purposes: []string{purpose}, line: host.at("HostName").lineOf()})
		}
		for _, c := range host.at("Cookies").list() {
			d.onetrustCookie(c, purpose, host)
		}
	}
}

// onetrustPurpose goes by a group's id, which every customer has, else by its title.
func (d *draft) onetrustPurpose(id, title string, line int) string {
	if _, known := d.words[bare(id)]; known {
		return d.purpose(id, line)
	}
	return d.purpose(cmp.Or(title, id), line)
}

func (d *draft) onetrustCookie(v *value, purpose string, host *value) {
	c := cookie{name: v.any("Name", "name").str(), purpose: purpose, line: v.any("Name", "name").lineOf(), policy: host.at("PrivacyPolicy").str(),
		host: host.at("HostName").str(), provider: short(host.at("DisplayName").str(), 200)}
	if days, ok := v.at("Length").whole(); ok && !v.at("IsSession").yes() {
		c.kept = inDays(days)
	}
	d.list(c)
}
