package catalogue

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"assent/schemas"
)

// Host tells whose a request is, and which purpose it waits for.
type Host struct {
	Pattern string // As in Service.Hosts; see Expression.
	Service string // Id of a service of the notice or of the catalogue.
	Purpose string // Purpose that must be granted. One that the notice lacks is never granted; `essential` always is.
}

// Hosts returns every known host for a complete notice, to be tried in this order: the first match tells whose the
// request is. The notice's own services come first, because the owner's word counts; then the catalogue's that the
// notice does not name, each under its own purpose if the notice has that one, else under marketing. Among each of the
// two the more specific pattern comes first.
func Hosts(n schemas.Notice) []Host {
	var own, others []Host
	named := map[string]bool{}
	for _, s := range n.Services {
		named[s.ID] = true
		own = append(own, hostsOf(s, s.Purpose)...)
	}
	for _, s := range read() {
		if !named[s.ID] {
			others = append(others, hostsOf(s, orMarketing(s.Purpose, n.Purposes))...)
		}
	}
	slices.SortStableFunc(own, bySpecificity)
	slices.SortStableFunc(others, bySpecificity)
	return append(own, others...)
}

func hostsOf(s schemas.Service, purpose string) []Host {
	hosts := make([]Host, len(s.Hosts))
	for i, pattern := range s.Hosts {
		hosts[i] = Host{pattern, s.ID, purpose}
	}
	return hosts
}

func orMarketing(id string, purposes []schemas.Purpose) string {
	if slices.Contains(purposes, schemas.Purpose{ID: id}) {
		return id
	}
	return marketing
}

// bySpecificity puts a host before a set of subdomains, then a longer name, a longer path and one port before the rest.
func bySpecificity(a, b Host) int {
	wild := func(h Host) int { return min(1, strings.Count(h.Pattern, "*.")) }
	nameA, portA, pathA := Split(a.Pattern)
	nameB, portB, pathB := Split(b.Pattern)
	return cmp.Or(cmp.Compare(wild(a), wild(b)), cmp.Compare(len(nameB), len(nameA)), cmp.Compare(len(pathB), len(pathA)),
		cmp.Compare(portB, portA), cmp.Compare(a.Pattern, b.Pattern))
}

// Split returns the parts of one of Service.Hosts: the name, with *. for subdomains; the port, empty for any; and what
// path and query begin with, after their first slash.
func Split(pattern string) (name, port, path string) {
	host, path, _ := strings.Cut(pattern, "/")
	name, port, _ = strings.Cut(host, ":")
	return name, port, path
}

// Expression returns a regular expression, of Go and of JavaScript alike, for one of Service.Hosts. It is to be tried on
// an address without its scheme: host, port if any, path and query ("www.example.com/maps/embed?pb=1"), in lower case
// up to the path as browsers write it.
//
// example.com stands for that host, *.example.com for all of its subdomains and not for itself, on any port; with a port
// for that one; with a slash for the addresses that begin so. A port that browsers leave out may be missing.
func Expression(pattern string) string {
	name, port, path := Split(pattern)
	subdomains := ""
	if rest, wild := strings.CutPrefix(name, "*."); wild {
		subdomains, name = `[^/]+\.`, rest
	}
	switch port {
	case "":
		port = `(:\d+)?`
	case "80", "443":
		port = "(:" + port + ")?"
	default:
		port = ":" + port
	}
	return "^" + subdomains + regexp.QuoteMeta(name) + port + `\/` + strings.ReplaceAll(regexp.QuoteMeta(path), "/", `\/`)
}

// Match reports whether an address, as Expression describes it, is one of the pattern's.
func Match(pattern, address string) bool {
	return regexp.MustCompile(Expression(pattern)).MatchString(address)
}
