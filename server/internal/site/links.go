package site

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"assent/schemas"
	"assent/server/internal/outbound"
)

const (
	linksAtOnce  = 16              // Of all checks together.
	linkPatience = 8 * time.Second // For all links of a notice.
)

// LinkChecker asks whether the links that a notice shows lead anywhere.
type LinkChecker struct {
	publisher Publisher
	slots     chan struct{}
}

// NewLinkChecker makes one.
func NewLinkChecker(p Publisher) *LinkChecker {
	return &LinkChecker{publisher: p, slots: make(chan struct{}, linksAtOnce)}
}

// Check asks for the links of a site's draft. What does not answer is a warning: networks fail. Loopback lets a site whose
// pages are on this very machine have its own links there asked: for who sits at it, not for strangers.
func (l *LinkChecker) Check(ctx context.Context, id string, loopback bool) (schemas.LinkCheck, error) {
	known, published, err := l.publisher.published(ctx, id)
	if err != nil {
		return schemas.LinkCheck{}, err
	}
	d, err := l.publisher.draft(ctx, known, published)
	if err != nil {
		return schemas.LinkCheck{}, err
	}
	_, complete, err := l.publisher.examine(known, d.Notice) // Also a draft that is at fault has links.
	if err != nil {
		return schemas.LinkCheck{}, err
	}
	guard := outbound.Guard{}
	if loopback {
		guard.Permit = ownLoopback(known.Origins)
	}
	links := linksOf(complete, known.Origins)
	outcomes := l.askAll(ctx, guard.Client(), links)
	check := schemas.LinkCheck{Links: len(outcomes), Findings: []schemas.Finding{}}
	for _, one := range links {
		if err := outcomes[one.address]; err != nil {
			what, named := wordsFor(err)
			named["link"] = one.address
			check.Findings = append(check.Findings, findingOf(severityWarning, "", what.at(one.pointer, named)))
		}
	}
	return check, nil
}

// link is an address and the member that names it.
type link struct{ pointer, address string }

// linksOf are the links that visitors see. A path is one on each of the site's hosts that are known by name.
func linksOf(n schemas.Notice, origins []string) []link {
	var links []link
	if strings.HasPrefix(n.PrivacyPolicy, "/") {
		for _, origin := range pagesOf(origins) {
			links = append(links, link{"/privacyPolicy", origin + n.PrivacyPolicy})
		}
	} else if n.PrivacyPolicy != "" {
		links = append(links, link{"/privacyPolicy", n.PrivacyPolicy})
	}
	for i, s := range n.Services {
		if s.Policy != "" {
			links = append(links, link{fmt.Sprintf("/services/%d/policy", i), s.Policy})
		}
	}
	return links
}

// pagesOf are the origins that name one host and port; the developers' own count only where there are no others.
func pagesOf(origins []string) []string {
	named := slices.DeleteFunc(slices.Clone(origins), func(origin string) bool { return strings.Contains(origin, "*") })
	isOwn := func(origin string) bool { return slices.Contains(loopback, hostOf(origin)) }
	if public := slices.DeleteFunc(slices.Clone(named), isOwn); len(public) > 0 {
		return public
	}
	return named
}

// ownLoopback lets those ports of this machine be asked where the site's own pages are.
func ownLoopback(origins []string) func(netip.AddrPort) bool {
	ports := map[string]bool{}
	for _, origin := range origins {
		if !slices.Contains(loopback, hostOf(origin)) {
			continue
		}
		address, isAnyPort := strings.CutSuffix(origin, ":*")
		switch u, err := url.Parse(address); {
		case isAnyPort:
			ports["*"] = true
		case err == nil && u.Port() != "":
			ports[u.Port()] = true
		case err == nil:
			ports[map[string]string{"http": "80", "https": "443"}[u.Scheme]] = true
		}
	}
	return func(a netip.AddrPort) bool {
		return a.Addr().IsLoopback() && (ports["*"] || ports[strconv.Itoa(int(a.Port()))])
	}
}

// errUnasked is what becomes of a link for which no time was left.
var errUnasked = errors.New("no time left")

// askAll asks each address once, some at a time, and returns what came of it; nil is an answer.
func (l *LinkChecker) askAll(ctx context.Context, client *http.Client, links []link) map[string]error {
	ctx, cancel := context.WithTimeout(ctx, linkPatience)
	defer cancel()
	outcomes := map[string]error{}
	var guard sync.Mutex
	var asking sync.WaitGroup
	ask := func(address string) {
		err := errUnasked
		select {
		case l.slots <- struct{}{}:
			err = outbound.Reach(ctx, client, address)
			<-l.slots
		case <-ctx.Done():
		}
		guard.Lock()
		defer guard.Unlock()
		outcomes[address] = err
	}
	begun := map[string]bool{}
	for _, one := range links {
		if !begun[one.address] {
			begun[one.address] = true
			asking.Go(func() { ask(one.address) })
		}
	}
	asking.Wait()
	return outcomes
}

var linkKinds = []struct {
	err  error
	what kind
}{
	{outbound.ErrPrivate, linkPrivate}, {outbound.ErrUnknownHost, linkUnknownHost}, {outbound.ErrRefused, linkRefused},
	{outbound.ErrCertificate, linkCertificate}, {outbound.ErrRedirects, linkRedirects}, {outbound.ErrScheme, linkScheme},
	{outbound.ErrSlow, linkSlow}, {errUnasked, linkUnasked},
}

// wordsFor says why a link is not reached. What is none of the known reasons stays unsaid: its text is the program's.
func wordsFor(err error) (kind, values) {
	var answer *outbound.StatusError
	if errors.As(err, &answer) {
		named := values{"status": strings.TrimSpace(fmt.Sprintf("%d %s", answer.Status, http.StatusText(answer.Status)))}
		if answer.Status == http.StatusNotFound || answer.Status == http.StatusGone {
			return linkGone, named
		}
		return linkStatus, named
	}
	for _, one := range linkKinds {
		if errors.Is(err, one.err) {
			return one.what, values{}
		}
	}
	return linkFailed, values{}
}
