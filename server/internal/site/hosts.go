package site

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"

	"assent/schemas"
	"assent/server/internal/catalogue"
	"assent/server/internal/consent"
)

// hostFaults finds hosts that have the schema's form and are nobody's.
func hostFaults(n schemas.Notice) []schemas.Fault {
	var faults []schemas.Fault
	check := func(pointer string, hosts []string) {
		for i, host := range hosts {
			if fault, found := hostFault(host); found {
				faults = append(faults, fault.at(fmt.Sprintf("%s/%d", pointer, i), values{"host": host}))
			}
		}
	}
	for i, s := range n.Services {
		check(fmt.Sprintf("/services/%d/hosts", i), s.Hosts)
	}
	check("/exempt", n.Exempt)
	return faults
}

var hostForm = regexp.MustCompile(`^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)

// IsHost reports whether a name, with *. for its subdomains, is one that a third party of a notice can load from.
func IsHost(name string) bool {
	_, isFaulty := hostFault(name)
	return !isFaulty && len(name) <= 255 && strings.Contains(name, ".") && hostForm.MatchString(name)
}

func hostFault(pattern string) (fault kind, found bool) {
	host, _, _ := strings.Cut(strings.TrimPrefix(pattern, "*."), "/")
	name, port, hasPort := strings.Cut(host, ":")
	if number, err := strconv.Atoi(port); hasPort && (err != nil || number < 1 || number > 65535) {
		return hostPort, true
	}
	if strings.Contains(name, "..") {
		return hostDots, true
	}
	if suffix, isOfficial := publicsuffix.PublicSuffix(name); isOfficial && suffix == name {
		return hostSuffix, true
	}
	return kind{}, false
}

// checkOwnHosts refuses a service that is said to be on the site's own pages, where those have several origins: what one
// of them loads from another is nobody else's, and would be held back.
func checkOwnHosts(n schemas.Notice, origins []string) error {
	pages := addressesOf(origins)
	var faults []schemas.Fault
	for i, s := range n.Services {
		for j, host := range s.Hosts {
			own := slices.IndexFunc(pages, func(page string) bool { return catalogue.Match(host, page) })
			if own < 0 || len(pages) == 1 || s.Purpose == consent.Essential {
				continue
			}
			faults = append(faults, hostOwn.at(fmt.Sprintf("/services/%d/hosts/%d", i, j),
				values{"host": host, "page": strings.TrimSuffix(pages[own], "/")}))
		}
	}
	if len(faults) > 0 {
		return &consent.InvalidError{Faults: faults}
	}
	return nil
}

// addressesOf returns what catalogue.Match compares, for pages beyond the developer's own machine. Two stand for all
// subdomains.
func addressesOf(origins []string) []string {
	var pages []string
	for _, origin := range origins {
		_, address, _ := strings.Cut(origin, "://")
		domain, isWild := strings.CutPrefix(address, "*.")
		switch {
		case slices.Contains(loopback, hostOf(origin)):
		case isWild:
			pages = append(pages, "www."+domain+"/", "m."+domain+"/")
		default:
			pages = append(pages, address+"/")
		}
	}
	return pages
}
