package sighting

import (
	"regexp"

	"assent/schemas"
	"assent/server/internal/catalogue"
	"assent/server/internal/consent"
)

// owners tells whose a third party is: a service of the notice or of the catalogue.
type owners struct {
	services map[string]schemas.Service
	hosts    []pattern
	exempt   []*regexp.Regexp
}

type pattern struct {
	*regexp.Regexp
	catalogue.Host
}

func newOwners(n schemas.Notice) owners {
	o := owners{services: map[string]schemas.Service{}}
	for _, s := range append(catalogue.All(), n.Services...) {
		o.services[s.ID] = s
	}
	for _, host := range catalogue.Hosts(n) {
		o.hosts = append(o.hosts, pattern{regexp.MustCompile(catalogue.Expression(host.Pattern)), host})
	}
	for _, host := range n.Exempt {
		o.exempt = append(o.exempt, regexp.MustCompile(catalogue.Expression(host)))
	}
	return o
}

// describe prefers the service that the script told, which saw the whole address, to the one that the host alone tells.
func (o owners) describe(c Count) *schemas.Sighted {
	row := &schemas.Sighted{Host: c.Host, Kind: c.Kind, FirstDay: c.Day, LastDay: c.Day}
	service, known := o.services[c.Service]
	purpose := o.purpose(c.Service)
	for i := 0; !known && i < len(o.hosts); i++ {
		if host := o.hosts[i]; host.MatchString(c.Host + "/") {
			service, known, purpose = o.services[host.Service], true, host.Purpose
		}
	}
	if known {
		row.Service, row.Name, row.Purpose = service.ID, service.Name, purpose
		row.Held = purpose != consent.Essential && !o.isExempt(c.Host)
	}
	return row
}

// purpose is what a service waits for.
func (o owners) purpose(service string) string {
	for _, host := range o.hosts {
		if host.Service == service {
			return host.Purpose
		}
	}
	return o.services[service].Purpose
}

func (o owners) isExempt(host string) bool {
	for _, exempt := range o.exempt {
		if exempt.MatchString(host + "/") {
			return true
		}
	}
	return false
}
