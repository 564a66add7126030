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
			if detail := hostFault(host); detail != "" {
				faults = append(faults, schemas.Fault{Pointer: fmt.Sprintf("%s/%d", pointer, i), Detail: fmt.Sprintf("%q %s", host, detail)})
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
	return len(name) <= 255 && strings.Contains(name, ".") && hostForm.MatchString(name) && hostFault(name) == ""
}

func hostFault(pattern string) string {
	host, _, _ := strings.Cut(strings.TrimPrefix(pattern, "*."), "/")
	name, port, hasPort := strings.Cut(host, ":")
	if number, err := strconv.Atoi(port); hasPort && (err != nil || number < 1 || number > 65535) {
		return "has no port from 1 to 65535; leave it out for every port"
	}
	if strings.Contains(name, "..") {
		return "has an empty name between two dots; write it as browsers do, such as www.example.com"
	}
	if suffix, isOfficial := publicsuffix.PublicSuffix(name); isOfficial && suffix == name {
		return "is a suffix under which strangers have their sites; name the third party's own domain, such as *.example.com"
	}
	return ""
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
			faults = append(faults, schemas.Fault{Pointer: fmt.Sprintf("/services/%d/hosts/%d", i, j), Detail: fmt.Sprintf(
				"%q is where the site's own pages are (%s), and what they load from there would be held back; name the service's own hosts, or add its path, such as www.example.com/stats/",
				host, strings.TrimSuffix(pages[own], "/"))})
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
