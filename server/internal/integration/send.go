package integration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/outbound"
)

// Reasons why an attempt failed, beside those of outbound.
const (
	Refused    = "status"      // It answered, but not with 2xx.
	Moved      = "redirect"    // It answered with a redirect. None is followed.
	IsGone     = "gone"        // It answered 410.
	Private    = "private"     // Its name stands for an address that is not on the Internet.
	NoHost     = "no-host"     // Nobody has its name.
	Slow       = "slow"        // It did not answer in time.
	Closed     = "closed"      // Nobody listens.
	Untrusted  = "certificate" // Its certificate is not valid.
	Broken     = "broken"      // The connection failed in another way.
	superseded = "superseded"  // Not sent: it is no longer what the visitor says, or may be told.
)

const (
	patience      = 15 * time.Second // For one attempt.
	longestAnswer = 64 << 10         // Bytes that are read of an answer, and thrown away.
	firstPause    = 5 * time.Second
	longestPause  = 6 * time.Hour
	tries         = 3 * 24 * time.Hour // How long an event is tried.
)

// NewClient returns one that reaches the Internet and the networks that the operator permits beside. It follows no redirect:
// what is signed for one address is not for another.
func NewClient(guard outbound.Guard) *http.Client {
	client := guard.Client()
	client.Timeout = patience
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

// Within permits addresses in these networks.
func Within(networks []netip.Prefix) func(netip.AddrPort) bool {
	return func(a netip.AddrPort) bool {
		for _, one := range networks {
			if one.Contains(a.Addr()) {
				return true
			}
		}
		return false
	}
}

// outcome is how an attempt came out, and what the receiver wishes.
type outcome struct {
	Attempt
	after  time.Duration // Retry-After; 0 for none.
	erased bool          // Nothing is known of the visitor any more.
}

// attempt sends an event unless it was overtaken. An error is one of this server's: nothing was attempted.
func (k *Keeper) attempt(ctx context.Context, to Entry, subject string, e Event) (outcome, error) {
	o := outcome{Attempt: Attempt{At: k.Now().UTC(), Event: e.ID, Type: e.Type, Subject: subject}}
	if e.isGrant() && e.Type != Test {
		current, err := k.Journal.Current(ctx, to.Site, subject)
		o.erased = errors.Is(err, consent.ErrNotFound)
		switch {
		case o.erased, err == nil && current.RecordedAt.After(e.Recorded):
			o.Reason = superseded
			return o, nil
		case err != nil:
			return o, err
		}
		restricted, err := k.Restricted(ctx, to.Site, subject)
		if err != nil {
			return o, err
		}
		if restricted {
			o.Reason = superseded
			return o, nil
		}
	}
	if e.Type == RequestClosed && to.Value.State == Off {
		o.Reason = superseded
		return o, nil
	}
	if to.Value.State == Gone && e.Type != Test {
		o.Reason = IsGone
		return o, nil
	}
	secrets, err := k.secrets(ctx, to, o.At)
	if err != nil {
		return o, err
	}
	o.send(ctx, k.Client, to.Value.URL, secrets, e)
	o.Took = k.Now().Sub(o.At)
	return o, nil
}

func (o *outcome) send(ctx context.Context, client *http.Client, url string, secrets [][]byte, e Event) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(e.Body))
	if err != nil {
		o.Reason = Broken
		return
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Assent-Webhooks")
	sign(request.Header, secrets, e.ID, e.Body, o.At)
	answer, err := client.Do(request)
	if err != nil {
		o.Reason = reasonOf(err)
		return
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, longestAnswer)) // The status has said what matters.
	_ = answer.Body.Close()
	o.Status = answer.StatusCode
	o.after = retryAfter(answer.Header.Get("Retry-After"), o.At)
	switch {
	case o.Status/100 == 2:
	case o.Status/100 == 3:
		o.Reason = Moved
	case o.Status == http.StatusGone:
		o.Reason = IsGone
	default:
		o.Reason = Refused
	}
}

func reasonOf(err error) string {
	for known, reason := range map[error]string{outbound.ErrPrivate: Private, outbound.ErrUnknownHost: NoHost, outbound.ErrSlow: Slow,
		outbound.ErrRefused: Closed, outbound.ErrCertificate: Untrusted} {
		if errors.Is(outbound.ReasonOf(err), known) {
			return reason
		}
	}
	return Broken
}

// retryAfter reads seconds or a date (RFC 9110, 10.2.3).
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(seconds, 0), int(longestPause/time.Second))) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), longestPause)
}

// pauseAfter doubles from the first pause to the longest. Half of it is chance, so that what failed together does not come back
// together.
func pauseAfter(attempts int) time.Duration {
	pause := min(firstPause<<min(attempts-1, 20), longestPause)
	return pause/2 + rand.N(pause/2+1)
}

// settle writes down how attempts came out.
func (k *Keeper) settle(ctx context.Context, to Entry, outcomes []outcome) error {
	isGone := false
	for _, o := range outcomes {
		isGone = isGone || o.Reason == IsGone
	}
	if isGone && to.Value.State != Gone {
		if _, err := k.books().integrations().Change(ctx, to.Site, to.ID, func(i *Integration) error {
			if i.State == On || i.State == Off {
				i.State = Gone
			}
			return nil
		}); err != nil && !errors.Is(err, consent.ErrNotFound) {
			return err
		}
	}
	died := 0
	err := k.changing(ctx, func(c *changes) error {
		died = 0
		still, err := k.books().integrations().Entry(ctx, to.Site, to.ID)
		if err != nil || still.Revision == 0 || still.Value.State == removing {
			return err
		}
		told, err := c.log(ctx, to)
		if err != nil {
			return err
		}
		for _, o := range outcomes {
			if o.Reason != superseded {
				told.Value.add(o.Attempt)
			}
			isDead, err := k.settleOne(ctx, c, to, o)
			if err != nil {
				return err
			}
			if isDead {
				died++
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		switch {
		case o.OK():
			k.delivered.Add(1)
		case o.Reason != superseded:
			k.failed.Add(1)
		}
	}
	k.givenUp.Add(uint64(died))
	if died > 0 {
		k.Logger.Error("deliveries of an integration are given up and kept as dead letters", "site", to.Site, "integration", to.ID, "count", died)
	}
	return nil
}

// settleOne writes down one of them, and reports whether it was given up.
func (k *Keeper) settleOne(ctx context.Context, c *changes, to Entry, o outcome) (isDead bool, err error) {
	waits, err := c.waits(ctx, to, o.Subject)
	if err != nil || firstID(waits.Value.Events) != o.Event { // Overtaken by a later event meanwhile.
		return false, err
	}
	first := waits.Value.Events[0]
	switch {
	case o.OK(), o.Reason == superseded:
		waits.Value.Events, waits.Value.Attempts, waits.Value.Next = waits.Value.Events[1:], 0, k.Now().UTC()
		if o.erased {
			return false, k.forgetErased(ctx, c, to, o.Subject)
		}
		return false, nil
	case o.Reason == IsGone, o.At.Sub(first.Queued) >= tries:
		letter, err := c.letter(ctx, to, o.Subject)
		if err != nil {
			return false, err
		}
		letter.Value = dead{Events: waits.Value.Events, At: k.Now().UTC(), Last: o.Attempt}
		waits.Value = waiting{}
		return true, nil
	}
	waits.Value.Attempts++
	waits.Value.Last = o.Attempt
	waits.Value.Next = k.Now().UTC().Add(max(pauseAfter(waits.Value.Attempts), o.after))
	return false, nil
}

// forgetErased drops what was noted of a visitor after all decisions were erased.
func (k *Keeper) forgetErased(ctx context.Context, c *changes, to Entry, subject string) error {
	known, err := c.visitor(ctx, to, subject)
	if err == nil && known.Value.Granted && !known.Value.Until.Before(k.Now()) {
		c.forget(to, subject)
	}
	return err
}

// CheckAddress says what is wrong with the address of a receiver; nil when nothing is, as far as can be seen before it is asked.
func CheckAddress(address string, permit func(netip.AddrPort) bool) error {
	parsed, err := url.Parse(address)
	switch {
	case err != nil || parsed.Host == "" || len(address) > 2048:
		return errors.New("is no address; write it as https://crm.example/hooks/assent, at most 2048 characters")
	case parsed.Scheme != "https":
		return errors.New("must begin with https://, since what is sent is about people")
	case parsed.User != nil:
		return errors.New("holds a name or a password; leave them out, receivers verify the signature")
	case parsed.Fragment != "":
		return errors.New("holds a #, which is never sent; leave it out")
	}
	host := strings.ToLower(parsed.Hostname())
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return fmt.Errorf("%s is this server itself; give an address on the Internet", host)
	}
	if literal, err := netip.ParseAddr(host); err == nil && !outbound.IsPublic(literal) && !permit(netip.AddrPortFrom(literal.Unmap(), 443)) {
		return fmt.Errorf("%s is not on the Internet; give the receiver's public address, or have the operator permit its network (--integration-network)", host)
	}
	return nil
}
