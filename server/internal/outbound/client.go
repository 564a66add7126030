// Package outbound asks addresses that people have written into a form, without letting them ask on their behalf what only
// this server can reach (server-side request forgery).
package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Why an address is not asked.
var (
	ErrPrivate   = errors.New("address is not on the Internet")
	ErrScheme    = errors.New("neither http nor https")
	ErrRedirects = errors.New("too many redirects")
)

const mostRedirects = 5

// Guard lets connections be made to public addresses, and to those that Permit allows beside. It judges the address that is
// about to be connected to, after the name was resolved: whatever a name stood for before, and wherever a redirect leads.
type Guard struct {
	Permit   func(netip.AddrPort) bool // nil for none.
	Resolver *net.Resolver             // nil for the system's.
}

// Client returns one that asks through the guard. It follows a few redirects among http and https, keeps no connection, and
// goes through no proxy, which would be the one to connect.
func (g Guard) Client() *http.Client {
	dialer := &net.Dialer{Resolver: g.Resolver, ControlContext: g.judge}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, DisableKeepAlives: true,
			TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			if len(via) > mostRedirects {
				return ErrRedirects
			}
			return checkScheme(next)
		},
	}
}

func checkScheme(r *http.Request) error {
	if r.URL.Scheme != "http" && r.URL.Scheme != "https" {
		return ErrScheme
	}
	return nil
}

func (g Guard) judge(_ context.Context, network, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("connect to %s over %s: %w", address, network, err)
	}
	target = netip.AddrPortFrom(target.Addr().Unmap(), target.Port())
	if IsPublic(target.Addr()) || g.Permit != nil && g.Permit(target) {
		return nil
	}
	return ErrPrivate
}
