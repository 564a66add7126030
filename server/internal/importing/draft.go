package importing

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"assent/schemas"
	"assent/server/internal/catalogue"
	"assent/server/internal/consent"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
)

// What a notice may have, as notice.schema.json says.
const (
	mostPurposes = 14 // Beside the essential one, and with room for marketing.
	mostServices = 128
	mostNames    = 64
	mostRemarks  = 100  // Of one kind.
	mostCookies  = 5000 // That a file may list.
	longestText  = 2000 // In characters.
	longestLife  = 395  // In days.
)

// How urgent remarks are, the most urgent first.
const (
	mend    = "mend"
	check   = "check"
	leftOut = "left-out"
	taken   = "taken"
)

// draft is the notice that comes of a file.
type draft struct {
	builtIn  site.Texts
	known    *database
	words    map[string]string // What the tool calls its own purposes.
	notice   schemas.Notice
	purposes map[string]string // Ids by what the file calls them.
	services map[string]int    // Where in the notice, by id.
	kept     map[string]length // By id.
	cookies  int
	remarks  []schemas.Remark
	unknown  map[string]bool // Languages that were left out.
	broken   error           // Why nothing can be taken after all.
}

func newDraft(builtIn site.Texts, known *database) *draft {
	return &draft{builtIn: builtIn, known: known, words: map[string]string{}, purposes: map[string]string{}, services: map[string]int{}, kept: map[string]length{},
		unknown: map[string]bool{}, notice: schemas.Notice{Texts: map[string]map[string]string{}}}
}

func (d *draft) note(r schemas.Remark) {
	r.About, r.Detail = cmp.Or(short(r.About, 100), "file"), short(r.Detail, 600)
	d.remarks = append(d.remarks, r)
}

// told returns the remarks, most urgent first, each once. Of one kind nobody reads more than a hundred.
func (d *draft) told() []schemas.Remark {
	seen := map[string]bool{}
	told := []schemas.Remark{}
	for _, urgency := range []string{mend, check, leftOut, taken} {
		count := 0
		for _, r := range d.remarks {
			whole := fmt.Sprint(r.About, r.Line, r.Detail)
			if r.Kind != urgency || seen[whole] {
				continue
			}
			seen[whole] = true
			if count++; count <= mostRemarks {
				told = append(told, r)
			}
		}
		if count > mostRemarks {
			more := values{"count": strconv.Itoa(count - mostRemarks)}
			told = append(told, schemas.Remark{Kind: urgency, About: "file", Detail: moreAlike.say(more), Says: moreAlike.Name, Values: more})
		}
	}
	return told
}

// purpose returns the id of what the file calls a purpose, and has the notice ask for it.
func (d *draft) purpose(name string, line int) string {
	word := bare(short(name, 100))
	if id, ok := d.purposes[word]; ok {
		return id
	}
	id := cmp.Or(d.words[word], purposeWords[word], idOf(name))
	asked := len(d.notice.Purposes)
	switch {
	case id == "":
		d.remark(check, name, line, purposeUnnamable, nil)
		id = marketing
	case id != consent.Essential && asked >= mostPurposes && !slices.Contains(d.notice.Purposes, schemas.Purpose{ID: id}):
		d.remark(check, name, line, purposesFull, values{"most": strconv.Itoa(mostPurposes)})
		id = marketing
	}
	if id != consent.Essential && !slices.Contains(d.notice.Purposes, schemas.Purpose{ID: id}) {
		d.notice.Purposes = append(d.notice.Purposes, schemas.Purpose{ID: id})
	}
	d.purposes[word] = id
	return id
}

// language returns a language as the notice names it, and has the notice speak it; empty where it cannot.
func (d *draft) language(name string, line int) string {
	tag := tagOf(name)
	switch {
	case tag == "" || d.unknown[tag]:
		return ""
	case slices.Contains(d.notice.Languages, tag):
		return tag
	case d.builtIn.For(tag) == nil, len(d.notice.Languages) >= mostNames:
		d.unknown[tag] = true
		d.remark(leftOut, tag, line, languageUnwritten, nil)
		return ""
	}
	d.notice.Languages = append(d.notice.Languages, tag)
	return tag
}

// say takes a text in the place of the built-in one.
func (d *draft) say(tag, key string, v *value) {
	if tag == "" || !v.there() {
		return
	}
	about := tag + " " + key
	if v.of(code) {
		d.remark(leftOut, about, v.line, textRun, values{"code": short(v.text, 300)})
		return
	}
	words, links := plain(v.str())
	switch {
	case words == "":
		return
	case strings.ContainsAny(words, "{}"):
		d.remark(leftOut, about, v.line, textPlaceholder, nil)
		return
	case len([]rune(words)) > longestText:
		d.remark(leftOut, about, v.line, textLong, values{"most": strconv.Itoa(longestText)})
		return
	case len(links) > 0:
		d.remark(check, about, v.line, textLink, values{"link": short(links[0], 80)})
	}
	if d.notice.Texts[tag] == nil {
		d.notice.Texts[tag] = map[string]string{}
	}
	if d.builtIn.For(tag)[key] != words {
		d.notice.Texts[tag][key] = words
	}
}

// policy takes the address of the site's own privacy policy, the first that can be one.
func (d *draft) policy(v *value) {
	address := v.str()
	if !v.there() || d.notice.PrivacyPolicy != "" {
		return
	}
	if link, ok := webAddress(address); ok {
		d.notice.PrivacyPolicy = link
		return
	}
	isPath := address != "" && !strings.ContainsAny(address, ": \t\n{}") && !strings.HasPrefix(address, "#") && len(address) < 1000
	if isPath {
		d.notice.PrivacyPolicy = "/" + strings.TrimLeft(path.Clean("/"+address), "/")
		if !strings.HasPrefix(address, "/") {
			d.remark(check, "privacyPolicy", v.line, policyRelative, values{"was": short(address, 80), "is": short(d.notice.PrivacyPolicy, 80)})
		}
		return
	}
	d.remark(leftOut, "privacyPolicy", v.line, policyNoAddress, nil)
}

// webAddress returns an address of the web in a form that a notice takes.
func webAddress(text string) (string, bool) {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.Host == "" || len(text) > 2000 {
		return "", false
	}
	link := parsed.String()
	return link, !strings.ContainsFunc(link, func(r rune) bool { return r <= ' ' || r > '~' }) && len(link) <= 2000
}

func (d *draft) lifetime(v *value) {
	days, ok := v.whole()
	switch {
	case !v.there():
	case !ok || days < 1:
		d.remark(leftOut, "lifetimeDays", v.line, lifetimeUnread, nil)
	case days > longestLife:
		d.notice.LifetimeDays = longestLife
		d.remark(check, "lifetimeDays", v.line, lifetimeCut, values{"days": strconv.Itoa(days), "most": strconv.Itoa(longestLife)})
	default:
		d.notice.LifetimeDays = days
	}
}

// service is a third party as a file tells of it.
type service struct {
	key, name string
	purposes  []string // Ids of the notice's.
	provider  string
	policy    string
	hosts     []string
	cookies   []string // With * for what varies.
	storage   []string
	kept      length
	line      int
}

// add puts a service into the notice: that of the catalogue where it is known, else by hand. It returns its id.
func (d *draft) add(s service) string {
	known, found := d.recognise(s)
	id := known.ID
	if !found {
		id = d.ownID(s)
	}
	if id == "" {
		d.remark(leftOut, cmp.Or(s.name, s.key), s.line, serviceUnnamable, nil)
		return ""
	}
	purpose := d.strictest(s, id)
	at, there := d.services[id]
	if !there {
		if len(d.notice.Services) >= mostServices {
			d.remark(leftOut, cmp.Or(s.name, s.key), s.line, servicesFull, values{"most": strconv.Itoa(mostServices)})
			return ""
		}
		at = len(d.notice.Services)
		d.services[id] = at
		entry := schemas.Service{ID: id, Purpose: purpose}
		if !found {
			entry.Name = short(cmp.Or(s.name, s.key), 200)
		}
		d.notice.Services = append(d.notice.Services, entry)
	}
	if strictness(purpose) > 0 && strictness(known.Purpose) > strictness(purpose) {
		d.remark(check, known.Name, s.line, servicePurpose, values{"purpose": purpose, "known": known.Purpose})
	}
	d.merge(&d.notice.Services[at], s, known, purpose)
	return id
}

// recognise finds a service in the catalogue by its name, else by its hosts, else by the cookies that it leaves.
func (d *draft) recognise(s service) (schemas.Service, bool) {
	for _, name := range []string{s.name, s.key} {
		if known, ok := byName(name); ok {
			if _, exact := names()[bare(name)]; !exact {
				d.remark(taken, name, s.line, serviceByName, values{"service": known.Name})
			}
			return known, true
		}
	}
	for _, host := range s.hosts {
		if known, ok := byHost(host); ok {
			return known, true
		}
	}
	var owners []schemas.Service
	for _, cookie := range s.cookies[:min(len(s.cookies), mostNames)] {
		if known, ok := byCookie(cookie); ok && !slices.ContainsFunc(owners, func(o schemas.Service) bool { return o.ID == known.ID }) {
			owners = append(owners, known)
		}
	}
	switch len(owners) {
	case 0:
		return schemas.Service{}, false
	case 1:
		if s.name != "" || s.key != "" {
			d.remark(check, cmp.Or(s.name, s.key), s.line, serviceByCookies, values{"service": owners[0].Name})
		}
		return owners[0], true
	}
	var all []string
	for _, o := range owners {
		all = append(all, o.Name)
	}
	d.remark(check, cmp.Or(s.name, s.key), s.line, serviceOfMany, values{"services": strings.Join(all, ", ")})
	return schemas.Service{}, false
}

// ownID is the id of a service by hand, told apart from the purposes, with which it shares one set of ids.
func (d *draft) ownID(s service) string {
	id := cmp.Or(idOf(s.key), idOf(s.name))
	isPurpose := id == consent.Essential || slices.Contains([]string{functional, analytics, marketing}, id) ||
		slices.ContainsFunc(d.notice.Purposes, func(p schemas.Purpose) bool { return p.ID == id })
	if _, inCatalogue := catalogue.Find(id); id != "" && (isPurpose || inCatalogue) {
		id = strings.Trim(id[:min(len(id), 32)], "-") + "-service"
	}
	return id
}

// strictest is the one purpose that a service of several waits for.
func (d *draft) strictest(s service, id string) string {
	purposes := slices.Clone(s.purposes)
	if at, there := d.services[id]; there {
		purposes = append(purposes, d.notice.Services[at].Purpose)
	}
	if len(purposes) == 0 {
		if known, ok := catalogue.Find(id); ok {
			return d.purpose(known.Purpose, s.line)
		}
		d.remark(check, cmp.Or(s.name, s.key), s.line, serviceUnasked, nil)
		return d.purpose(marketing, s.line)
	}
	strictest := slices.MaxFunc(purposes, func(a, b string) int { return cmp.Compare(strictness(a), strictness(b)) })
	if slices.ContainsFunc(purposes, func(p string) bool { return p != strictest }) {
		d.remark(check, cmp.Or(s.name, s.key, id), s.line, serviceManyPurposes, values{"purpose": strictest})
	}
	return strictest
}

// merge adds to a service what a file says of it. Of a service of the catalogue only what the catalogue lacks is written
// down, so that the rest follows it.
func (d *draft) merge(into *schemas.Service, s service, known schemas.Service, purpose string) {
	into.Purpose = purpose
	into.Cookies = d.names(into.ID, into.Cookies, s.cookies, known.Cookies)
	into.Storage = d.names(into.ID, into.Storage, s.storage, known.Storage)
	if known.ID != "" {
		return
	}
	into.Provider = cmp.Or(into.Provider, short(s.provider, 200))
	if link, ok := webAddress(s.policy); ok {
		into.Policy = cmp.Or(into.Policy, link)
	}
	for _, host := range s.hosts {
		if host = hostOf(host); host != "" && !slices.Contains(into.Hosts, host) && len(into.Hosts) < mostNames {
			into.Hosts = append(into.Hosts, host)
		}
	}
	if s.kept.days > d.kept[into.ID].days {
		d.kept[into.ID] = s.kept
		into.Retention = s.kept.iso
	}
}

// names adds names to a list. Where the catalogue has some, its own stay: a list of one's own takes their place.
func (d *draft) names(id string, own, more, known []string) []string {
	for _, name := range more {
		covered := func(pattern string) bool { return covers(pattern, name) }
		if name == "" || slices.ContainsFunc(own, covered) || slices.ContainsFunc(known, covered) {
			continue
		}
		if len(own) == 0 {
			own = slices.Clone(known)
		}
		if len(own) >= mostNames {
			d.remark(leftOut, id, 0, namesFull, values{"most": strconv.Itoa(mostNames)})
			break
		}
		own = append(slices.DeleteFunc(own, func(other string) bool { return covers(name, other) }), name)
	}
	return own
}

// hostOf is a host as a notice names it; empty for what is none.
func hostOf(text string) string {
	host := strings.ToLower(strings.TrimSpace(text))
	if link, ok := webAddress(host); ok {
		parsed, err := url.Parse(link)
		if err != nil {
			return ""
		}
		host = parsed.Hostname()
	}
	rest, isWide := strings.CutPrefix(host, ".")
	if isWide {
		host = "*." + rest
	}
	if !site.IsHost(host) {
		return ""
	}
	return host
}

// cookie is one that a list tells of.
type cookie struct {
	name     string
	provider string // As the list has it: a name or a host.
	host     string
	policy   string
	purpose  string // Id of the notice's.
	kept     length
	storage  bool
	line     int
}

// ownCookies are those of the tools themselves, which go with them.
var ownCookies = []string{"CookieConsent", "CookieConsentBulk*", "OptanonConsent", "OptanonAlertBoxClosed", "OTGPPConsent", "eupubconsent-v2", "klaro", "cc_cookie"}

// list puts a cookie under the service that leaves it.
func (d *draft) list(c cookie) {
	if d.cookies++; d.cookies > mostCookies {
		if d.cookies == mostCookies+1 {
			d.remark(leftOut, "file", c.line, cookiesFull, values{"most": strconv.Itoa(mostCookies)})
		}
		return
	}
	name := patternOf(c.name)
	switch {
	case name == "":
		d.remark(leftOut, c.name, c.line, cookieNoName, nil)
		return
	case slices.ContainsFunc(ownCookies, func(own string) bool { return covers(own, name) }):
		d.remark(leftOut, name, c.line, cookieTheirs, nil)
		return
	}
	s := service{purposes: []string{c.purpose}, kept: c.kept, policy: c.policy, line: c.line}
	if c.storage {
		s.storage = []string{name}
	} else {
		s.cookies = []string{name}
	}
	if c.host != "" {
		s.hosts = []string{c.host}
	}
	d.owner(&s, c, name)
	d.apart(&s, c.purpose)
	d.add(s)
}

// apart keeps what one unknown provider leaves for several purposes in several services: the site's own session must not
// wait for marketing because both come from its host.
func (d *draft) apart(s *service, purpose string) {
	id := d.ownID(*s)
	if at, there := d.services[id]; there && d.notice.Services[at].Purpose != purpose {
		s.key, s.name = id[:min(len(id), 25)]+"-"+purpose, s.name+" ("+purpose+")"
	}
}

// owner says whose a cookie is: by its name, else by who is said to leave it, else by the owner's list of cookies.
func (d *draft) owner(s *service, c cookie, name string) {
	if known, ok := byCookie(name); ok {
		s.name = known.Name
		return
	}
	if known, ok := byName(c.provider); ok {
		s.name = known.Name
		return
	}
	if known, ok := byHost(cmp.Or(c.host, c.provider)); ok {
		s.name = known.Name
		return
	}
	if e, ok := d.known.of(name); ok {
		s.name, s.provider, s.policy = e.platform, e.provider, cmp.Or(s.policy, e.policy)
		if e.kept.days > s.kept.days {
			s.kept = e.kept
		}
		if pattern := e.pattern; len(s.cookies) > 0 && covers(pattern, name) {
			s.cookies = []string{pattern}
		}
		return
	}
	s.name = cmp.Or(strings.TrimPrefix(c.provider, "."), strings.TrimPrefix(c.host, "."))
	if s.name == "" {
		s.key, s.name = "cookies-"+c.purpose, "Cookies ("+c.purpose+")"
	}
	if host := hostOf(c.provider); host != "" {
		s.hosts = append(s.hosts, host)
	} else {
		s.provider = c.provider
	}
}

// rest tells which members of the file were not looked at, and have no counterpart.
func (d *draft) rest(v *value, about string, looked ...string) {
	var others []string
	for _, m := range v.all() {
		if !slices.Contains(looked, m.name) && !slices.Contains(others, m.name) && m.value.there() {
			others = append(others, short(m.name, 40))
		}
	}
	if len(others) > 0 {
		d.remark(leftOut, about, v.line, restUntaken, values{"members": strings.Join(others[:min(len(others), 20)], ", ")})
	}
}

// finish fills in what the owner's list of cookies knows, and says what keeps the notice from being published.
func (d *draft) finish(tool string) schemas.Notice {
	n := &d.notice
	for i := range n.Services {
		d.fromList(&n.Services[i])
		if catalogue.Fill(schemas.Service{ID: n.Services[i].ID}, append(n.Purposes, schemas.Purpose{ID: consent.Essential})).Purpose == n.Services[i].Purpose {
			n.Services[i].Purpose = ""
		}
	}
	maps.DeleteFunc(n.Texts, func(_ string, texts map[string]string) bool { return len(texts) == 0 })
	d.remark(taken, tool, 0, counted, values{"services": strconv.Itoa(len(n.Services)), "known": strconv.Itoa(d.inCatalogue()),
		"purposes": strconv.Itoa(len(n.Purposes)), "languages": strconv.Itoa(len(n.Languages))})
	if tool != Assent {
		d.remark(check, "pages", 0, pagesMarked, values{"tool": schemas.Tools()[tool].Name, "compat": tool})
	}
	d.objections()
	return *n
}

func (d *draft) inCatalogue() (count int) {
	for _, s := range d.notice.Services {
		if _, ok := catalogue.Find(s.ID); ok {
			count++
		}
	}
	return count
}

// fromList fills a service by hand in from the platform of its name.
func (d *draft) fromList(s *schemas.Service) {
	entries := d.known.platforms[bare(cmp.Or(s.Name, s.ID))]
	if _, inCatalogue := catalogue.Find(s.ID); inCatalogue || len(entries) == 0 {
		return
	}
	listed := len(s.Cookies) > 0
	for _, e := range entries {
		if !listed && len(s.Cookies) < mostNames && !slices.Contains(s.Cookies, e.pattern) {
			s.Cookies = append(s.Cookies, e.pattern)
		}
		s.Provider = cmp.Or(s.Provider, e.provider)
		if link, ok := webAddress(e.policy); ok {
			s.Policy = cmp.Or(s.Policy, link)
		}
		isIts := !listed || slices.ContainsFunc(s.Cookies, func(c string) bool { return d.known.takesIn(e, c) })
		if isIts && e.kept.days > d.kept[s.ID].days {
			d.kept[s.ID] = e.kept
			s.Retention = e.kept.iso
		}
	}
	d.remark(taken, s.Name, 0, serviceFilledIn, nil)
}

// objections are what the notice's own rules say against publishing it.
func (d *draft) objections() {
	body, err := json.Marshal(d.notice)
	var decoded schemas.Notice
	if err == nil {
		decoded, err = site.DecodeNotice(body)
	}
	var complete schemas.Notice
	if err == nil {
		complete, err = site.Complete(decoded, d.builtIn)
	}
	var invalid *consent.InvalidError
	switch {
	case errors.As(err, &invalid):
		for _, f := range invalid.Faults {
			d.note(schemas.Remark{Kind: mend, About: f.Pointer, Detail: f.Detail, Says: f.Kind, Values: f.Values})
		}
		return
	case err != nil:
		d.remark(mend, "notice", 0, unchecked, nil)
		return
	}
	for _, f := range site.Lint(complete, transfer.BuiltIn(), time.Now()) {
		urgency := check
		if f.Severity == "error" {
			urgency = mend
		}
		d.note(schemas.Remark{Kind: urgency, About: f.Pointer, Detail: site.Explain(f), Says: f.Kind, Values: f.Values})
	}
}
