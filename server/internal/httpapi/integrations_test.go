package httpapi

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/consent"
	"assent/server/internal/integration"
	"assent/server/internal/outbound"
	"assent/server/internal/site"
)

// startConnecting starts a server whose site names a CRM, and which reaches receivers on this machine.
func startConnecting(t *testing.T, receiver *httptest.Server) (s *testServer, owner string) {
	t.Helper()
	var publisher site.Publisher
	s = startErasing(t, func(p *Parts) {
		publisher = p.Publisher
		here := func(a netip.AddrPort) bool { return a.Addr().IsLoopback() }
		p.Integrations.Permit = here
		client := integration.NewClient(outbound.Guard{Permit: here})
		client.Transport.(*http.Transport).TLSClientConfig = receiver.Client().Transport.(*http.Transport).TLSClientConfig
		p.Integrations.Keeper.Client = client
	})
	changed, err := publisher.Change(t.Context(), s.site.ID, site.Change{Notice: &schemas.Notice{Services: []schemas.Service{
		{ID: "crm", Name: "CRM", Purpose: "marketing", Provider: "CRM Inc.", Country: "DE"},
		{ID: "till", Name: "Till", Purpose: consent.Essential, Provider: "Till AG", Country: "DE"},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	s.site = changed
	if err := s.catalog.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, s.setUp()
}

func TestIntegrationsAreConnectedAndLookedAfter(t *testing.T) {
	var got []string
	receiver := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, string(body))
	}))
	defer receiver.Close()
	s, owner := startConnecting(t, receiver)
	path := "sites/" + s.site.ID + "/integrations"
	ask := func(method, path string, body any, want int) []byte {
		t.Helper()
		answer, content := s.admin(method, path, body, "Cookie", owner)
		if answer.StatusCode != want {
			t.Fatalf("%s %s: %d %s", method, path, answer.StatusCode, content)
		}
		return content
	}
	wish := schemas.IntegrationWish{Name: "Sales", Address: receiver.URL + "/hook", Service: "crm", Fields: []string{"language"}}
	for pointer, change := range map[string]func(*schemas.IntegrationWish){
		"/name": func(w *schemas.IntegrationWish) { w.Name = " " }, "/address": func(w *schemas.IntegrationWish) { w.Address = "http://crm.example" },
		"/service": func(w *schemas.IntegrationWish) { w.Service = "till" }, "/fields/0": func(w *schemas.IntegrationWish) { w.Fields = []string{"secret"} },
	} {
		wrong := wish
		change(&wrong)
		for _, where := range []string{path, path + "/preview"} {
			if problem := decode[schemas.Problem](t, ask(http.MethodPost, where, wrong, http.StatusUnprocessableEntity)); problem.Errors[0].Pointer != pointer {
				t.Errorf("%s: %+v", pointer, problem)
			}
		}
	}
	sample := decode[schemas.IntegrationSample](t, ask(http.MethodPost, path+"/preview", wish, http.StatusOK))
	if !json.Valid([]byte(sample.Body)) || !strings.Contains(sample.Body, `"language":"en"`) || sample.Service.Provider != "CRM Inc." {
		t.Errorf("sample: %+v", sample)
	}
	made := decode[schemas.ConnectedIntegration](t, ask(http.MethodPost, path, wish, http.StatusCreated))
	if made.Integration.State != "off" || !strings.HasPrefix(made.Secret, "whsec_") {
		t.Errorf("made: %+v", made)
	}
	if page := s.noticePage(); !strings.Contains(page, "your pseudonym on this site, receipt number, time of your choice, language<") {
		t.Errorf("before it is switched on visitors read %s", page)
	}
	one := path + "/" + made.Integration.ID
	if attempt := decode[schemas.Attempt](t, ask(http.MethodPost, one+"/test", nil, http.StatusOK)); attempt.Status != http.StatusOK || attempt.Reason != "" || len(got) != 1 {
		t.Errorf("test: %+v, %q", attempt, got)
	}
	ask(http.MethodPut, one+"/state", schemas.IntegrationSwitch{State: "gone"}, http.StatusUnprocessableEntity)
	ask(http.MethodPut, one+"/state", schemas.IntegrationSwitch{State: "on"}, http.StatusOK)
	renewed := decode[schemas.ConnectedIntegration](t, ask(http.MethodPost, one+"/secret", nil, http.StatusOK))
	wish.Name, wish.Requests = "Marketing", true
	ask(http.MethodPut, one, wish, http.StatusOK)
	list := ask(http.MethodGet, path, nil, http.StatusOK)
	if shown := decode[[]schemas.Integration](t, list); len(shown) != 1 || shown[0].Name != "Marketing" || !shown[0].Requests || shown[0].State != "on" || shown[0].OldSecretUntil.IsZero() {
		t.Errorf("listed: %s", list)
	}
	analyst := s.user("analyst@shop.example", account.Roles{Role: account.AnalystRole})
	if _, body := s.admin(http.MethodGet, path, nil, "Cookie", analyst); strings.Contains(string(body), "/hook") || !strings.Contains(string(body), receiver.URL) {
		t.Errorf("an analyst sees %s", body)
	}
	deliveries := ask(http.MethodGet, one+"/deliveries", nil, http.StatusOK)
	if told := decode[schemas.Deliveries](t, deliveries); len(told.Recent) != 1 || told.Recent[0].Type != integration.Test {
		t.Errorf("deliveries: %s", deliveries)
	}
	if replayed := decode[schemas.Replayed](t, ask(http.MethodPost, one+"/replays", schemas.Replay{}, http.StatusOK)); replayed.Letters != 0 {
		t.Errorf("replayed: %+v", replayed)
	}
	trail := ask(http.MethodGet, "trail", nil, http.StatusOK)
	for _, secret := range []string{made.Secret, renewed.Secret} {
		if made.Secret == renewed.Secret || strings.Contains(string(list)+string(trail)+string(deliveries)+s.logged.String(), strings.TrimPrefix(secret, "whsec_")) {
			t.Error("a secret is told again")
		}
	}
	if !strings.Contains(string(trail), `"about":"Marketing: on"`) && !strings.Contains(string(trail), `"about":"Sales: on"`) {
		t.Errorf("the trail: %s", trail)
	}
	ask(http.MethodDelete, one, nil, http.StatusNoContent)
	if page := s.noticePage(); strings.Contains(page, "What is shared") {
		t.Errorf("after it is gone visitors read %s", page)
	}
	for _, c := range [][2]string{{http.MethodDelete, one}, {http.MethodPost, one + "/test"}, {http.MethodGet, one + "/deliveries"}, {http.MethodPost, one + "/secret"}} {
		ask(c[0], c[1], nil, http.StatusNotFound)
	}
}

// noticePage is what everybody reads of the notice in force.
func (s *testServer) noticePage() string {
	s.t.Helper()
	answer, body := s.do(http.MethodGet, "/notices/"+s.site.ID+"/"+s.site.Notice+"/", nil, "Accept-Language", "en")
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("%d %s", answer.StatusCode, body)
	}
	return string(body)
}

// An integration is its own site's: under another site it is not there.
func TestIntegrationsAreTheirSites(t *testing.T) {
	receiver := httptest.NewTLSServer(http.NotFoundHandler())
	defer receiver.Close()
	s, owner := startConnecting(t, receiver)
	_, body := s.admin(http.MethodPost, "sites", schemas.SiteChange{Name: "Other", Origins: []string{"https://other.example"}}, "Cookie", owner)
	other := decode[schemas.Site](t, body)
	if err := s.catalog.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	wish := schemas.IntegrationWish{Name: "Sales", Address: receiver.URL, Service: "crm"}
	_, body = s.admin(http.MethodPost, "sites/"+s.site.ID+"/integrations", wish, "Cookie", owner)
	foreign := "sites/" + other.ID + "/integrations/" + decode[schemas.ConnectedIntegration](t, body).Integration.ID
	for _, c := range []struct {
		method, path string
		body         any
	}{
		{http.MethodDelete, "", nil}, {http.MethodPost, "/secret", nil}, {http.MethodPost, "/test", nil}, {http.MethodGet, "/deliveries", nil},
		{http.MethodPost, "/replays", schemas.Replay{}}, {http.MethodPut, "/state", schemas.IntegrationSwitch{State: "off"}},
	} {
		if answer, body := s.admin(c.method, foreign+c.path, c.body, "Cookie", owner); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s %s: %d %s", c.method, c.path, answer.StatusCode, body)
		}
	}
}

func TestErasuresWithdraw(t *testing.T) {
	receiver := httptest.NewTLSServer(http.NotFoundHandler())
	receiver.Close()
	s, owner := startConnecting(t, receiver)
	path := "sites/" + s.site.ID + "/integrations"
	_, body := s.admin(http.MethodPost, path, schemas.IntegrationWish{Name: "Sales", Address: receiver.URL, Service: "crm"}, "Cookie", owner)
	one := path + "/" + decode[schemas.ConnectedIntegration](t, body).Integration.ID
	s.admin(http.MethodPut, one+"/state", schemas.IntegrationSwitch{State: "on"}, "Cookie", owner)
	d := s.decision(consent.AcceptAll)
	s.post(d)
	ended, end := context.WithCancel(t.Context())
	end()
	s.informer.Run(ended) // Takes what was decided, and tells nothing.
	if status, body := s.eraseOwn(d.Secret); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	_, body = s.admin(http.MethodGet, one+"/deliveries", nil, "Cookie", owner)
	if waiting := decode[schemas.Deliveries](t, body).Waiting; len(waiting) != 1 || waiting[0].Type != integration.Withdrawn {
		t.Errorf("after the erasure: %s", body)
	}
}
