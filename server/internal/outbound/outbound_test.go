package outbound_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"assent/server/internal/outbound"
)

func TestOnlyTheInternetIsPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8": true, "1.1.1.1": true, "172.32.0.1": true, "2606:4700::1111": true, "64:ff9b::808:808": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "127.9.9.9": false, "0.0.0.0": false, "10.1.2.3": false, "172.16.0.1": false, "172.31.255.255": false,
		"192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "192.0.2.1": false, "198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false,
		"::1": false, "::": false, "fe80::1": false, "fd00:ec2::254": false, "ff02::1": false, "2001:db8::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false, "64:ff9b::7f00:1": false, "64:ff9b::a9fe:a9fe": false,
		"2002:7f00:1::": false, "2001::1": false,
	} {
		if got := outbound.IsPublic(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// place is a real server, and how often it was asked.
type place struct {
	*httptest.Server
	at    netip.AddrPort
	asked atomic.Int32
}

func open(t *testing.T, handler http.HandlerFunc) *place {
	t.Helper()
	p := &place{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked.Add(1)
		handler(w, r)
	}))
	t.Cleanup(p.Close)
	p.at = netip.MustParseAddrPort(p.Listener.Addr().String())
	return p
}

func fine(http.ResponseWriter, *http.Request) {}

// guard stands one place in for the Internet.
func (p *place) guard() outbound.Guard {
	return outbound.Guard{Permit: func(a netip.AddrPort) bool { return a == p.at }}
}

func TestReachSaysWhatItMet(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    error
		status  int
	}{
		"an answer": {handler: fine},
		"a server without HEAD": {handler: func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusMethodNotAllowed)
			}
		}},
		"a server that hangs up on HEAD": {handler: func(_ http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodHead {
				panic(http.ErrAbortHandler)
			}
		}},
		"nothing there":   {handler: status(http.StatusNotFound), status: http.StatusNotFound},
		"a broken server": {handler: status(http.StatusBadGateway), status: http.StatusBadGateway},
		"a circle":        {handler: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }, want: outbound.ErrRedirects},
		"another scheme":  {handler: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "gopher://x/", http.StatusFound) }, want: outbound.ErrScheme},
	} {
		p := open(t, c.handler)
		err := outbound.Reach(t.Context(), p.guard().Client(), p.URL)
		var told *outbound.StatusError
		switch {
		case c.status != 0 && (!errors.As(err, &told) || told.Status != c.status), c.status == 0 && !errors.Is(err, c.want):
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRedirectsAreFollowedFiveTimes(t *testing.T) {
	p := open(t, func(w http.ResponseWriter, r *http.Request) {
		if left := strings.TrimPrefix(r.URL.Path, "/"); left != "" {
			http.Redirect(w, r, "/"+left[1:], http.StatusFound)
		}
	})
	if err := outbound.Reach(t.Context(), p.guard().Client(), p.URL+"/aaaaa"); err != nil {
		t.Errorf("five: %v", err)
	}
	if err := outbound.Reach(t.Context(), p.guard().Client(), p.URL+"/aaaaaa"); !errors.Is(err, outbound.ErrRedirects) {
		t.Errorf("six: %v", err)
	}
}

// ASVS 1.3.6
// Threat B5.18
func TestPrivateAddressesAreNotAsked(t *testing.T) {
	inside := open(t, fine)
	port := inside.URL[strings.LastIndexByte(inside.URL, ':'):]
	for _, address := range []string{inside.URL, "http://localhost" + port, "http://[::ffff:127.0.0.1]" + port, "http://0.0.0.0" + port, "http://[::1]" + port,
		"http://169.254.169.254/latest/meta-data/"} {
		if err := outbound.Reach(t.Context(), outbound.Guard{}.Client(), address); !errors.Is(err, outbound.ErrPrivate) {
			t.Errorf("%s: %v", address, err)
		}
	}
	leading := open(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inside.URL, http.StatusFound) })
	if err := outbound.Reach(t.Context(), leading.guard().Client(), leading.URL); !errors.Is(err, outbound.ErrPrivate) || leading.asked.Load() == 0 {
		t.Errorf("a redirect inwards: %v", err)
	}
	if asked := inside.asked.Load(); asked != 0 {
		t.Errorf("what is inside was asked %d times", asked)
	}
}

// A name that stands for a public address at first and for one inside then is judged each time.
// ASVS 1.3.6
// Threat B5.18
func TestANameMayNotMoveInwards(t *testing.T) {
	outside := open(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) })
	resolver, resolved := resolving(t, netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2"))
	guard := outside.guard()
	guard.Resolver = resolver
	address := "http://rebinding.example:" + outside.URL[strings.LastIndexByte(outside.URL, ':')+1:]
	if err := outbound.Reach(t.Context(), guard.Client(), address); !errors.Is(err, outbound.ErrPrivate) {
		t.Errorf("got %v", err)
	}
	if outside.asked.Load() != 1 || resolved.Load() != 2 {
		t.Errorf("asked %d times, resolved %d times", outside.asked.Load(), resolved.Load())
	}
}

// resolving is a resolver over a real socket whose names stand for the next address each time, the last one for good.
// Without any there are no such names.
func resolving(t *testing.T, addresses ...netip.Addr) (*net.Resolver, *atomic.Int32) {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	resolved := &atomic.Int32{}
	go func() {
		buffer := make([]byte, 512)
		for {
			n, from, err := socket.ReadFrom(buffer)
			if err != nil {
				return
			}
			var message dnsmessage.Message
			if message.Unpack(buffer[:n]) != nil || len(message.Questions) != 1 {
				continue
			}
			message.Response, message.Additionals = true, nil
			if len(addresses) == 0 {
				message.RCode = dnsmessage.RCodeNameError
			} else if question := message.Questions[0]; question.Type == dnsmessage.TypeA {
				i := min(int(resolved.Add(1)), len(addresses)) - 1
				message.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: question.Name, Class: question.Class},
					Body:   &dnsmessage.AResource{A: addresses[i].As4()},
				}}
			}
			if packed, err := message.Pack(); err == nil {
				_, _ = socket.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", socket.LocalAddr().String())
	}}, resolved
}

func TestReachTellsNetworksApart(t *testing.T) {
	guard := outbound.Guard{Permit: func(netip.AddrPort) bool { return true }}
	closed := open(t, fine)
	closed.Close()
	if err := outbound.Reach(t.Context(), guard.Client(), closed.URL); !errors.Is(err, outbound.ErrRefused) {
		t.Errorf("nobody listens: %v", err)
	}
	secret := httptest.NewTLSServer(http.HandlerFunc(fine))
	defer secret.Close()
	if err := outbound.Reach(t.Context(), guard.Client(), secret.URL); !errors.Is(err, outbound.ErrCertificate) {
		t.Errorf("a certificate of nobody: %v", err)
	}
	silent := open(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	short, cancel := context.WithTimeout(t.Context(), 1)
	defer cancel()
	if err := outbound.Reach(short, guard.Client(), silent.URL); !errors.Is(err, outbound.ErrSlow) {
		t.Errorf("no time: %v", err)
	}
	nowhere, _ := resolving(t)
	if err := outbound.Reach(t.Context(), outbound.Guard{Resolver: nowhere}.Client(), "http://nowhere.example"); !errors.Is(err, outbound.ErrUnknownHost) {
		t.Errorf("a name of nobody: %v", err)
	}
	if err := outbound.Reach(t.Context(), guard.Client(), "file:///etc/passwd"); !errors.Is(err, outbound.ErrScheme) {
		t.Errorf("a file: %v", err)
	}
}
