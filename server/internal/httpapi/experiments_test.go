package httpapi

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/reporting"
)

// behindProxy makes a server that believes this machine's X-Forwarded-For.
func behindProxy(p *Parts) {
	p.TrustedProxies = []*net.IPNet{{IP: net.IPv4(127, 0, 0, 0), Mask: net.CIDRMask(8, 32)}}
}

// try starts an experiment with another accent for half of the visitors and returns it.
func (s *testServer) try(cookie string) schemas.Experiment {
	s.t.Helper()
	_, text := s.admin(http.MethodGet, "sites/"+s.site.ID+"/draft", nil, "Cookie", cookie)
	next := decode[schemas.Review](s.t, text).Draft.Notice
	next.Look.Accent = "#123456"
	s.admin(http.MethodPut, "sites/"+s.site.ID+"/draft", next, "Cookie", cookie, "If-Match", `"0"`)
	order := schemas.ExperimentOrder{Variants: []schemas.VariantOrder{{Share: 50}}}
	answer, text := s.admin(http.MethodPost, "sites/"+s.site.ID+"/experiments", order, "Cookie", cookie, "If-Match", `"1"`)
	if answer.StatusCode != http.StatusCreated {
		s.t.Fatalf("start: %d %s", answer.StatusCode, text)
	}
	return decode[schemas.Site](s.t, text).Experiments[0]
}

// shownTo returns the script of a visitor at an address, and its headers.
func (s *testServer) shownTo(address string, headers ...string) (string, http.Header) {
	s.t.Helper()
	return s.script(s.site.ID, append([]string{"X-Forwarded-For", address}, headers...)...)
}

func TestAVisitorKeepsTheVariantAndOnlyVisitorsAreDrawn(t *testing.T) {
	s := startServer(t, behindProxy)
	cookie := s.setUp()
	before, plain := s.shownTo("203.0.113.1")
	_, embedding := s.admin(http.MethodGet, "sites/"+s.site.ID+"/embedding", nil, "Cookie", cookie)
	e := s.try(cookie)
	scripts := map[string]int{}
	for i := range 40 {
		address := fmt.Sprintf("203.0.113.%d", i)
		first, header := s.shownTo(address)
		scripts[first]++
		if again, _ := s.shownTo(address); again != first {
			t.Errorf("%s is shown another notice on the next page", address)
		}
		if header.Get("Cache-Control") != moving(personal, fresh+staleFor) || header.Get("CDN-Cache-Control") != "no-store" || !strings.Contains(strings.Join(header.Values("Vary"), ","), "User-Agent") {
			t.Errorf("an answer of an experiment may be kept: %v", header)
		}
	}
	if len(scripts) != 2 || scripts[before] < 10 || scripts[before] > 30 {
		t.Errorf("%d scripts, %d of 40 visitors are shown the control", len(scripts), scripts[before])
	}
	for script := range scripts {
		if want := e.Variants[0].Notice; script != before && !strings.Contains(script, want) {
			t.Errorf("the variant's script does not tell the id of its notice, %s", want)
		}
	}
	for name, address := range map[string]string{"a proxy that was not named": "10.0.0.1", "nobody": "127.0.0.1"} {
		for i := range 20 {
			if got, _ := s.shownTo(address, "User-Agent", fmt.Sprint("browser ", i)); got != before {
				t.Fatalf("the address of %s is drawn for", name)
			}
		}
	}
	if _, after := s.admin(http.MethodGet, "sites/"+s.site.ID+"/embedding", nil, "Cookie", cookie); string(after) != string(embedding) {
		t.Errorf("the tags to paste are others: %s", after)
	}
	s.admin(http.MethodPost, "sites/"+s.site.ID+"/experiments/"+e.ID+"/end", nil, "Cookie", cookie)
	for i := range 40 {
		after, header := s.shownTo(fmt.Sprintf("203.0.113.%d", i))
		if after != before || header.Get("Cache-Control") != plain.Get("Cache-Control") || header.Get("CDN-Cache-Control") != "" {
			t.Fatalf("after its end: %v", header)
		}
	}
}

func TestAnExperimentIsReportedAndAdopted(t *testing.T) {
	// It was started an hour ago, so that all visitors come in whole slots after that.
	s := startServer(t, behindProxy, func(p *Parts) { p.Publisher.Now = func() time.Time { return time.Now().Add(-time.Hour) } })
	cookie := s.setUp()
	e := s.try(cookie)
	path := "sites/" + s.site.ID + "/experiments/" + e.ID
	report := func() schemas.ExperimentReport {
		t.Helper()
		answer, text := s.admin(http.MethodGet, path, nil, "Cookie", cookie)
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("report: %d %s", answer.StatusCode, text)
		}
		return decode[schemas.ExperimentReport](t, text)
	}
	visit := func(notice, address, agent string, d *schemas.Decision) {
		t.Helper()
		_, body := s.do(http.MethodPost, "/v1/sites/"+s.site.ID+"/exposures", schemas.Exposure{Notice: notice, Event: "shown"},
			"Origin", shopOrigin, "Content-Type", "text/plain", "X-Forwarded-For", address, "User-Agent", agent)
		if d == nil {
			return
		}
		d.Notice, d.Shown = notice, decode[schemas.Shown](t, body).Shown
		if answer, text := s.post(*d, "X-Forwarded-For", address, "User-Agent", agent); answer.StatusCode != http.StatusCreated {
			t.Errorf("decision: %d %s", answer.StatusCode, text)
		}
	}
	decided := func(action string) *schemas.Decision { d := s.decision(action); return &d }
	synthetic := decided(consent.RejectAll)
	synthetic.Synthetic = true
	tried := e.Variants[0].Notice
	visit(e.Control, "203.0.113.1", browser, decided(consent.AcceptAll))
	visit(e.Control, "203.0.113.2", browser, nil)
	visit(tried, "203.0.113.3", browser, decided(consent.AcceptAll))
	visit(tried, "203.0.113.4", browser, decided(consent.RejectAll))
	visit(tried, "203.0.113.5", browser, synthetic)
	visit(tried, "203.0.113.6", "curl/8.5.0", decided(consent.AcceptAll))
	if err := s.shown.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := report()
	want := []schemas.Arm{{Notice: e.Control, Share: 50, Visitors: 2, Accepted: 1, Ignored: 1}, {Notice: tried, Share: 50, Visitors: 2, Accepted: 1, Refused: 1, Synthetic: 1, Bots: 1}}
	for i, arm := range got.Arms {
		if compared := len(arm.Compared); compared != 4*i {
			t.Errorf("arm %d is compared in %d outcomes", i, compared)
		}
		arm.Compared = nil
		if fmt.Sprint(arm) != fmt.Sprint(want[i]) {
			t.Errorf("arm %d: %+v, want %+v", i, arm, want[i])
		}
	}
	if got.Arms[1].Compared[0].Verdict != "few" || got.Split != "few" || got.Needed < 1000 {
		t.Errorf("so few visitors tell %+v", got)
	}
	if _, text := s.admin(http.MethodPost, path+"/adoption", schemas.Adoption{Notice: tried}, "Cookie", cookie); decode[schemas.Site](t, text).Notice != tried {
		t.Errorf("adopted: %s", text)
	}
	if after := report(); after.Experiment.Adopted != tried || after.Experiment.EndedAt.IsZero() {
		t.Errorf("after its end: %+v", after.Experiment)
	}
	if answer, text := s.admin(http.MethodPost, path+"/end", nil, "Cookie", cookie); answer.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("ended again: %d %s", answer.StatusCode, text)
	}
	for _, act := range []string{"start-experiment", "view-experiment", "adopt-variant"} {
		if _, text := s.admin(http.MethodGet, "trail", nil, "Cookie", cookie); !strings.Contains(string(text), act) {
			t.Errorf("%s is not in the trail: %s", act, text)
		}
	}
}

// Visitors who came just before the start were all shown the control: with them the arms would not be alike.
func TestVisitorsOfBeforeTheStartAreNotCounted(t *testing.T) {
	now := time.Now().Truncate(reporting.Slot).Add(reporting.Slot / 2)
	s := startServer(t, behindProxy, func(p *Parts) { p.Now = func() time.Time { return now } })
	cookie := s.setUp()
	s.expose("shown")
	if err := s.shown.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	e := s.try(cookie)
	_, text := s.admin(http.MethodGet, "sites/"+s.site.ID+"/experiments/"+e.ID, nil, "Cookie", cookie)
	if got := decode[schemas.ExperimentReport](t, text); got.Arms[0].Visitors != 0 || got.From.Before(e.StartedAt) {
		t.Errorf("since %v: %+v", got.From, got.Arms[0])
	}
}

func TestTheLintStopsAVariant(t *testing.T) {
	s := startServer(t, behindProxy)
	cookie := s.setUp()
	steering := schemas.Notice{Services: []schemas.Service{{ID: "youtube", Purpose: "marketing"}},
		Texts: map[string]map[string]string{"en": {"action.reject-all": "Reject all and miss what makes this shop a pleasure"}}}
	s.admin(http.MethodPut, "sites/"+s.site.ID+"/draft", steering, "Cookie", cookie, "If-Match", `"0"`)
	order := schemas.ExperimentOrder{Variants: []schemas.VariantOrder{{Share: 50}}}
	answer, text := s.admin(http.MethodPost, "sites/"+s.site.ID+"/experiments", order, "Cookie", cookie, "If-Match", `"1"`)
	if answer.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(string(text), "/texts/en/action.reject-all") {
		t.Errorf("started: %d %s", answer.StatusCode, text)
	}
	for ifMatch, want := range map[string]int{"": http.StatusPreconditionRequired, `"0"`: http.StatusPreconditionFailed} {
		if answer, text := s.admin(http.MethodPost, "sites/"+s.site.ID+"/experiments", order, "Cookie", cookie, "If-Match", ifMatch); answer.StatusCode != want {
			t.Errorf("If-Match %q: %d %s", ifMatch, answer.StatusCode, text)
		}
	}
	if found, err := s.catalog.Site(s.site.ID); err != nil || len(found.Experiments) != 0 {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestBehindAnUnnamedProxyNothingIsStarted(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	order := schemas.ExperimentOrder{Variants: []schemas.VariantOrder{{Share: 50}}}
	answer, text := s.admin(http.MethodPost, "sites/"+s.site.ID+"/experiments", order, "Cookie", cookie, "If-Match", `"0"`, "X-Forwarded-For", "203.0.113.1")
	if answer.StatusCode != http.StatusConflict || !strings.Contains(string(text), "--trusted-proxy") {
		t.Errorf("%d %s", answer.StatusCode, text)
	}
}
