package integration_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"assent/server/internal/integration"
	"assent/server/internal/outbound"
)

// The document's own code for receivers verifies what is sent, and nothing else.
func TestReceiversVerifyAsTheDocumentSays(t *testing.T) {
	s := embedded(t)
	r := s.receiver(nil)
	entry, old := s.connect(r, "crm")
	_, renewed, err := s.desk.Rotate(t.Context(), site, entry.ID)
	if err != nil {
		t.Fatal(err)
	}
	if o := s.try(entry); !o.OK() {
		t.Fatalf("%+v", o)
	}
	got := r.await(1)[0]
	if strings.ContainsAny(got.id, ".") || got.Type != integration.Test {
		t.Errorf("sent %+v", got)
	}
	sent, err := strconv.ParseInt(got.at, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{old, renewed} {
		for language, verifies := range map[string]func(t *testing.T, d delivery, secret string, now time.Time) bool{"js": node, "go": golang} {
			now := time.Now()
			if !verifies(t, got, secret, now) {
				t.Errorf("%s does not verify %+v", language, got)
			}
			for what, change := range map[string]func(*delivery){
				"body": func(d *delivery) { d.body += " " }, "id": func(d *delivery) { d.id += "x" },
				"time":      func(d *delivery) { d.at = strconv.FormatInt(sent-1, 10) },
				"signature": func(d *delivery) { d.signature = "v1,AAAA" },
			} {
				forged := got
				change(&forged)
				if verifies(t, forged, secret, now) {
					t.Errorf("%s verifies another %s", language, what)
				}
			}
			if verifies(t, got, secret, now.Add(10*time.Minute)) {
				t.Errorf("%s verifies what is played again", language)
			}
		}
	}
	s.ahead.Add(int64(25 * time.Hour))
	s.try(entry)
	if last := r.await(2)[1]; strings.Contains(last.signature, " ") {
		t.Errorf("the old secret still signs: %s", last.signature)
	}
}

func (s *stage) try(entry integration.Entry) integration.Attempt {
	s.t.Helper()
	attempt, err := s.desk.Try(s.t.Context(), site, entry.ID, notice, published)
	if err != nil {
		s.t.Fatal(err)
	}
	return attempt
}

// snippet is the document's code in a language.
func snippet(t *testing.T, language string) string {
	t.Helper()
	text, err := os.ReadFile("../../../deploy/WEBHOOKS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(text), "```"+language+"\n")
	code, _, ends := strings.Cut(after, "```")
	if !found || !ends {
		t.Fatalf("the document has no code in %s", language)
	}
	return code
}

func node(t *testing.T, d delivery, secret string, now time.Time) bool {
	t.Helper()
	call, err := json.Marshal([]any{map[string]string{"webhook-id": d.id, "webhook-timestamp": d.at, "webhook-signature": d.signature}, d.body, secret, now.Unix()})
	if err != nil {
		t.Fatal(err)
	}
	program := snippet(t, "js") + "\nconsole.log(verify(..." + string(call) + "));"
	return said(t, exec.CommandContext(t.Context(), "node", "--input-type=module", "--eval", program))
}

func golang(t *testing.T, d delivery, secret string, now time.Time) bool {
	t.Helper()
	folder := t.TempDir()
	program := `package main

import (
	"fmt"
	"net/http"
	"time"

	"verify/receiver"
)

func main() {
	header := http.Header{"Webhook-Id": {` + strconv.Quote(d.id) + `}, "Webhook-Timestamp": {` + strconv.Quote(d.at) + `}, "Webhook-Signature": {` + strconv.Quote(d.signature) + `}}
	fmt.Println(receiver.Verify(header, []byte(` + strconv.Quote(d.body) + `), ` + strconv.Quote(secret) + `, time.Unix(` + strconv.FormatInt(now.Unix(), 10) + `, 0)))
}
`
	for name, content := range map[string]string{"go.mod": "module verify\n\ngo 1.24\n", "main.go": program, "receiver/receiver.go": snippet(t, "go")} {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), "go", "run", ".")
	command.Dir = folder
	command.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	return said(t, command)
}

func said(t *testing.T, command *exec.Cmd) bool {
	t.Helper()
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	verified, err := strconv.ParseBool(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	return verified
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	s := embedded(t)
	inside := s.receiver(nil)
	entry, _ := s.connect(inside, "crm")
	s.keeper.Client = integration.NewClient(outbound.Guard{})
	s.trust(s.keeper.Client)
	if o := s.try(entry); o.Reason != integration.Private {
		t.Errorf("loopback: %+v", o)
	}
	leading := s.receiver(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, inside.URL, http.StatusTemporaryRedirect)
	})
	at := netip.MustParseAddrPort(leading.Listener.Addr().String())
	s.keeper.Client = integration.NewClient(outbound.Guard{Permit: func(a netip.AddrPort) bool { return a == at }})
	s.trust(s.keeper.Client)
	redirected, _ := s.connect(leading, "mail")
	if o := s.try(redirected); o.Reason != integration.Moved || o.Status != http.StatusTemporaryRedirect {
		t.Errorf("a redirect inwards: %+v", o)
	}
	if n := len(inside.received()); n != 0 {
		t.Errorf("what is inside was asked %d times", n)
	}
}

// A name that stood for a public address when it was connected, and for one inside later, is judged at each attempt.
func TestNamesThatMoveInwardsAreRefused(t *testing.T) {
	s := embedded(t)
	r := s.receiver(nil)
	at := netip.MustParseAddrPort(r.Listener.Addr().String())
	resolver, move := resolving(t)
	guard := outbound.Guard{Resolver: resolver, Permit: func(a netip.AddrPort) bool { return a == at }}
	s.keeper.Client = integration.NewClient(guard)
	config := tlsWith(s.roots)
	config.ServerName = "example.com" // As the receiver's certificate has it.
	s.keeper.Client.Transport.(*http.Transport).TLSClientConfig = config
	entry, _, err := s.desk.Connect(t.Context(), site, integration.Wish{Name: "CRM", URL: "https://rebinding.example:" + strconv.Itoa(int(at.Port())), Service: "crm"}, published)
	if err != nil {
		t.Fatal(err)
	}
	if o := s.try(entry); !o.OK() {
		t.Fatalf("before: %+v", o)
	}
	move.Store(true)
	if o := s.try(entry); o.Reason != integration.Private {
		t.Errorf("after: %+v", o)
	}
}

// resolving is a resolver whose names stand for 127.0.0.1, and for 127.0.0.2 once moved.
func resolving(t *testing.T) (*net.Resolver, *atomic.Bool) {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	moved := &atomic.Bool{}
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
			if question := message.Questions[0]; question.Type == dnsmessage.TypeA {
				address := [4]byte{127, 0, 0, 1}
				if moved.Load() {
					address[3] = 2
				}
				message.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: question.Name, Class: question.Class}, Body: &dnsmessage.AResource{A: address},
				}}
			}
			if packed, err := message.Pack(); err == nil {
				_, _ = socket.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", socket.LocalAddr().String())
	}}, moved
}

func TestReasonsOfFailuresAreTold(t *testing.T) {
	s := embedded(t)
	r := s.receiver(nil)
	entry, _ := s.connect(r, "crm")
	for _, c := range []struct {
		answer http.HandlerFunc
		reason string
	}{
		{status(http.StatusOK), ""}, {status(http.StatusAccepted), ""}, {status(http.StatusNotFound), integration.Refused},
		{status(http.StatusGone), integration.IsGone}, {status(http.StatusNotModified), integration.Moved},
		{func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, integration.Broken},
		{func(w http.ResponseWriter, r *http.Request) { // An answer without end is read to some point only.
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}, ""},
	} {
		r.answers(c.answer)
		if o := s.try(entry); o.Reason != c.reason {
			t.Errorf("want %q, got %+v", c.reason, o)
		}
	}
	s.keeper.Client.Transport.(*http.Transport).TLSClientConfig = nil
	if o := s.try(entry); o.Reason != integration.Untrusted {
		t.Errorf("a certificate of nobody: %+v", o)
	}
	r.Close()
	if o := s.try(entry); o.Reason != integration.Closed {
		t.Errorf("nobody listens: %+v", o)
	}
}

func TestAddressesAreChecked(t *testing.T) {
	nobody := func(netip.AddrPort) bool { return false }
	for _, good := range []string{"https://crm.example/hook", "https://crm.example:8443/?tenant=1", "https://[2606:4700::1111]/", "https://8.8.8.8/"} {
		if err := integration.CheckAddress(good, nobody); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "crm.example", "http://crm.example/", "http://localhost/", "https://localhost:1/", "https://a.localhost/", "https://127.0.0.1/", "https://[::1]/",
		"https://10.1.2.3/", "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/", "https://user:pass@crm.example/", "https://crm.example/#x", "file:///etc/passwd",
		"https://crm.example/" + strings.Repeat("a", 2048)} {
		if integration.CheckAddress(bad, nobody) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if err := integration.CheckAddress("https://10.1.2.3/", integration.Within([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})); err != nil {
		t.Errorf("a permitted network: %v", err)
	}
}

// A receiver that never answers holds up nobody else, and one that asks for patience is given it.
func TestADeadReceiverHoldsUpNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, s *stage) {
		released := make(chan struct{})
		silent := s.receiver(func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-released:
			}
		})
		well := s.receiver(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		defer close(released)
		s.connect(silent, "crm")
		entry, _ := s.connect(well, "mail")
		s.run(s.keeper.Run)
		for i := range 40 {
			s.decide("visitor "+strconv.Itoa(i), true)
		}
		silent.await(1)
		well.await(1)
		eventually(t, func() bool { return len(s.told(entry).Recent) > 0 })
		told := s.told(entry)
		if at := told.Waiting[len(told.Waiting)-1]; at.Attempts > 0 && at.At.Before(at.Last.At.Add(2*time.Hour)) {
			t.Errorf("tried again before it wished: %+v", at)
		}
		well.answers(nil)
		s.ahead.Add(int64(3 * time.Hour))
		eventually(t, func() bool { return len(s.told(entry).Waiting) == 0 })
	})
}
