package snippetbuild

import (
	"slices"
	"strings"

	"assent/schemas"
	"assent/server/internal/catalogue"
	"assent/server/internal/consent"
)

// hostRule is whose requests some hosts are.
type hostRule struct{ ids, service string }

// hosts returns the rules by which a notice holds third parties back or reports them; none where it does neither, but for
// what is suspended. The script looks a host up by name, the more specific rule first, so that whatever decides otherwise
// is settled here.
func (in Input) hosts() []any {
	n := in.Notice
	if !looksAtAll(n) && len(in.Suspended) == 0 {
		return []any{}
	}
	for _, s := range n.Services {
		if consent.LoadsDenied(n, s) && !in.isSuspended(s.ID) {
			n.Exempt = append(slices.Clone(n.Exempt), s.Hosts...)
		}
	}
	patterns := map[hostRule][]string{}
	var order []hostRule
	add := func(rule hostRule, pattern string) {
		if patterns[rule] == nil {
			order = append(order, rule)
		}
		patterns[rule] = append(patterns[rule], key(pattern))
	}
	in.Notice = n
	for _, host := range in.held() {
		add(host.rule, host.pattern)
	}
	for _, pattern := range n.Exempt {
		add(hostRule{}, pattern)
	}
	rules := []any{}
	for _, rule := range order {
		one := object{{"_hosts", strings.Join(patterns[rule], " ")}, {"_ids", rule.ids}}
		if n.AutoBlock == "report" {
			one = append(one, member{"_service", rule.service})
		}
		rules = append(rules, one)
	}
	return rules
}

// looksAtAll reports whether all known hosts concern a notice, and not only those of its services.
func looksAtAll(n schemas.Notice) bool { return n.AutoBlock == "block" || n.AutoBlock == "report" }

type heldHost struct {
	pattern string
	rule    hostRule
}

// held leaves out what is exempt, and what an earlier pattern covers: the owner's word counts before the catalogue's. A
// host that several of the owner's services share is let through when one of them is granted, or needs no grant. What is
// suspended waits for ever.
func (in Input) held() []heldHost {
	n := in.Notice
	isOwn := func(id string) bool {
		return slices.ContainsFunc(n.Services, func(s schemas.Service) bool { return s.ID == id })
	}
	var list []heldHost
	var own []string
	for _, host := range catalogue.Hosts(n) {
		if slices.ContainsFunc(n.Exempt, covers(host.Pattern)) {
			continue
		}
		rule := hostRule{host.Purpose, host.Service}
		if isOwn(host.Service) {
			rule.ids = host.Service
			own = append(own, host.Pattern)
		} else if !looksAtAll(n) || slices.ContainsFunc(own, covers(host.Pattern)) {
			continue
		}
		switch {
		case in.isSuspended(host.Service):
			rule.ids = never
		case !looksAtAll(n) || !waits(n, host):
			rule = hostRule{}
		}
		if n.AutoBlock == "block" {
			rule.service = "" // Nobody is told, and one rule for each purpose is shorter.
		}
		same := slices.IndexFunc(list, func(h heldHost) bool { return key(h.pattern) == key(host.Pattern) })
		switch {
		case same < 0:
			list = append(list, heldHost{host.Pattern, rule})
		case rule.ids == "" && list[same].rule.ids == never:
			list[same].rule = rule
		case rule.ids != "" && list[same].rule.ids != "":
			list[same].rule.ids += "|" + rule.ids
		}
	}
	return list
}

// waits reports whether a host needs a grant.
func waits(n schemas.Notice, host catalogue.Host) bool {
	return host.Purpose != essential && !slices.ContainsFunc(n.Services, func(s schemas.Service) bool {
		return s.ID == host.Service && consent.LoadsDenied(n, s)
	})
}

// covers reports whether a pattern, which it is given, takes in all that pattern does.
func covers(pattern string) func(wide string) bool {
	name, port, path := catalogue.Split(pattern)
	return func(wide string) bool {
		wideName, widePort, widePath := catalogue.Split(wide)
		domain, isWild := strings.CutPrefix(wideName, "*")
		return (widePort == "" || widePort == port) && strings.HasPrefix(path, widePath) &&
			(strings.EqualFold(wideName, name) || isWild && strings.HasSuffix(strings.ToLower(name), strings.ToLower(domain)))
	}
}

// key is how the script looks a pattern up: .example.com for all subdomains.
func key(pattern string) string {
	host, path, hasPath := strings.Cut(strings.TrimPrefix(pattern, "*"), "/")
	host = strings.ToLower(host)
	if hasPath {
		return host + "/" + path
	}
	return host
}

// blocked is the expression for what the stub stops: the hosts of the notice's own services. It is tried on whole
// addresses. The script that takes over from the stub may come from one of many subdomains.
func blocked(site string, n schemas.Notice) string {
	var hosts []string
	for _, host := range catalogue.Hosts(n) {
		isOwn := slices.ContainsFunc(n.Services, func(s schemas.Service) bool { return s.ID == host.Service })
		if isOwn && waits(n, host) && !slices.ContainsFunc(n.Exempt, covers(host.Pattern)) {
			hosts = append(hosts, host.Pattern)
		}
	}
	if len(hosts) == 0 {
		return "^$"
	}
	spared := ""
	if slices.ContainsFunc(hosts, func(pattern string) bool { return strings.HasPrefix(pattern, "*") }) {
		spared = `(?![^?#]+/s/` + site + `[./])`
	}
	if len(n.Exempt) > 0 {
		spared += "(?!" + alternatives(n.Exempt) + ")"
	}
	return "^https?://" + spared + alternatives(hosts)
}

// alternatives is an expression for any of some patterns. What most of them end with, any port and any path, it has once.
func alternatives(patterns []string) string {
	const anyPort = `(:\d+)?/`
	var whole, list []string
	for _, pattern := range patterns {
		expression := strings.ReplaceAll(strings.TrimPrefix(catalogue.Expression(pattern), "^"), `\/`, "/")
		if name, isWhole := strings.CutSuffix(expression, anyPort); isWhole {
			whole = append(whole, name)
		} else {
			list = append(list, expression)
		}
	}
	if len(whole) > 0 {
		list = append(list, "(?:"+strings.Join(whole, "|")+")"+anyPort)
	}
	if len(list) == 1 {
		return list[0]
	}
	return "(?:" + strings.Join(list, "|") + ")"
}
