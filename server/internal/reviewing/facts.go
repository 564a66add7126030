package reviewing

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"assent/schemas"
	"assent/server/internal/auditing"
	"assent/server/internal/catalogue"
	"assent/server/internal/consent"
	"assent/server/internal/reporting"
	"assent/server/internal/sighting"
)

// mostWithdrawals bounds how many of the last ones are looked at.
const mostWithdrawals = 500

// Sightings are the counters of what a site's pages met.
type Sightings interface {
	Sightings(ctx context.Context, site string) ([]sighting.Count, error)
}

// Rates tells how many granted each service.
type Rates interface {
	Shares(ctx context.Context, s reporting.Segment) (purposes, services []schemas.GrantShare, err error)
}

// Ledger finds decisions, the last first.
type Ledger interface {
	Search(ctx context.Context, f auditing.Filter, limit int) ([]consent.Record, error)
}

// facts gathers what is known of a service of the published notice, whose id it returns. The error is errGone where there is
// no such service.
func (d Desk) facts(ctx context.Context, site, id string) (notice string, f schemas.ServiceFacts, err error) {
	notice, n, err := d.Notices.Current(ctx, site)
	if err != nil {
		return "", f, err
	}
	at := slices.IndexFunc(n.Services, func(s schemas.Service) bool { return s.ID == id })
	if at < 0 {
		return "", f, errGone
	}
	now := d.now()
	from := now.Truncate(24*time.Hour).AddDate(0, 0, -sighting.KeepDays)
	s := n.Services[at]
	verdict := d.Adequate.Judge(s.Country, s.Safeguard, now)
	f = schemas.ServiceFacts{MadeAt: now, From: sighting.Day(from), Declared: s, Told: n.AutoBlock == "report" || n.AutoBlock == "block", Area: verdict.Area, Wrong: verdict.Wrong}
	counts, err := d.Sightings.Sightings(ctx, site)
	if err != nil {
		return "", f, err
	}
	counts = slices.DeleteFunc(counts, func(c sighting.Count) bool { return c.Day < f.From })
	f.Pages, f.Hosts = hostsSeen(sighting.List(counts, n), s)
	f.Unseen = unseen(f, s)
	withdrawals, err := d.Ledger.Search(ctx, auditing.Filter{Site: site, From: from, Action: consent.Withdraw}, mostWithdrawals)
	if err != nil {
		return "", f, err
	}
	f.Withdrawals, f.Stored = len(withdrawals), storedSeen(withdrawals, s)
	_, services, err := d.Rates.Shares(ctx, reporting.Segment{Site: site, From: from, To: now.Truncate(24*time.Hour).AddDate(0, 0, 1)})
	if err != nil {
		return "", f, err
	}
	for _, share := range services {
		if share.ID == id {
			f.Decided, f.Granted = share.Decided, share.Granted
		}
	}
	return notice, f, nil
}

// hostsSeen are the service's, most often seen first. A page may tell a host of several kinds, and several hosts: there were at
// least as many page views as of the most frequent.
func hostsSeen(sighted []schemas.Sighted, s schemas.Service) (pages int, hosts []schemas.HostSeen) {
	hosts = []schemas.HostSeen{}
	for _, one := range sighted {
		if one.Service != s.ID {
			continue
		}
		pages = max(pages, one.Pages)
		at := slices.IndexFunc(hosts, func(h schemas.HostSeen) bool { return h.Host == one.Host })
		if at < 0 {
			at = len(hosts)
			hosts = append(hosts, schemas.HostSeen{Host: one.Host, Declared: slices.ContainsFunc(s.Hosts, func(pattern string) bool { return names(pattern, one.Host) })})
		}
		hosts[at].Pages = max(hosts[at].Pages, one.Pages)
		hosts[at].LastDay = max(hosts[at].LastDay, one.LastDay)
	}
	return pages, hosts
}

// names reports whether one of Service.Hosts is about a host, on whatever port and path: pages tell only the host.
func names(pattern, host string) bool {
	name, _, _ := catalogue.Split(pattern)
	return catalogue.Match(name, host+"/")
}

// unseen are the declared hosts that no page told, where pages tell any.
func unseen(f schemas.ServiceFacts, s schemas.Service) []string {
	list := []string{}
	for _, pattern := range s.Hosts {
		if f.Told && !slices.ContainsFunc(f.Hosts, func(h schemas.HostSeen) bool { return names(pattern, h.Host) }) {
			list = append(list, pattern)
		}
	}
	return list
}

// storedSeen counts in how many withdrawals each declared cookie and key of storage was deleted.
func storedSeen(withdrawals []consent.Record, s schemas.Service) []schemas.StoredSeen {
	list := []schemas.StoredSeen{}
	for _, name := range append(slices.Clone(s.Cookies), s.Storage...) {
		if slices.ContainsFunc(list, func(one schemas.StoredSeen) bool { return one.Name == name }) {
			continue
		}
		// As the script reads it: a star stands for anything.
		pattern := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(name), `\*`, ".*") + "$")
		one := schemas.StoredSeen{Name: name}
		for _, r := range withdrawals {
			if slices.ContainsFunc(r.Removed, pattern.MatchString) {
				one.Deleted++
			}
		}
		list = append(list, one)
	}
	return list
}
