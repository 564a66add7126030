package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/requests"
)

// handOver makes a token from a page of an origin, of none where it is empty.
func (s *testServer) handOver(secret, origin string) (int, []byte) {
	s.t.Helper()
	answer, body := s.do(http.MethodPost, "/v1/sites/"+s.site.ID+"/handovers", schemas.Handover{Secret: secret}, "Origin", origin, "Content-Type", "text/plain")
	return answer.StatusCode, body
}

// handedOver posts below the handovers as the server's own page does.
func (s *testServer) handedOver(to string, order any) (int, []byte) {
	s.t.Helper()
	answer, body := s.do(http.MethodPost, "/v1/sites/"+s.site.ID+"/handovers/"+to, order, "Origin", s.url, "Content-Type", "application/json")
	if answer.Header.Get("Access-Control-Allow-Origin") != "" {
		s.t.Errorf("%s: other origins may read the answer", to)
	}
	return answer.StatusCode, body
}

func (s *testServer) pass(secret string) string {
	s.t.Helper()
	_, body := s.handOver(secret, shopOrigin)
	status, body := s.handedOver("pass", schemas.HandoverToken{Token: decode[schemas.HandoverToken](s.t, body).Token})
	if status != http.StatusOK {
		s.t.Fatalf("%d %s", status, body)
	}
	return decode[schemas.HandoverPass](s.t, body).Pass
}

func TestVisitorsUseTheirRightsWithoutTheirSecret(t *testing.T) {
	s := startErasing(t)
	d := s.decision(consent.AcceptAll)
	s.post(d)
	pass := s.pass(d.Secret)
	ask := func(kind string, want int) schemas.OwnRequestAnswer {
		t.Helper()
		status, body := s.handedOver("requests", schemas.HandedRequest{Pass: pass, Kind: kind})
		if status != want {
			t.Fatalf("%s: %d %s", kind, status, body)
		}
		if want != http.StatusOK {
			return schemas.OwnRequestAnswer{}
		}
		return decode[schemas.OwnRequestAnswer](t, body)
	}
	if got := ask(requests.Access, http.StatusOK); len(got.Decisions) != 1 || got.Decisions[0].ID != d.ID {
		t.Errorf("access: %+v", got)
	}
	restricted := ask(requests.Restriction, http.StatusOK)
	if _, body := s.requestOwn(d.Secret, requests.Restriction); decode[schemas.OwnRequestAnswer](t, body).Request.Reference != restricted.Request.Reference || !restricted.Request.Honoured {
		t.Errorf("by the secret it is another request than %+v", restricted.Request)
	}
	ask("everything", http.StatusUnprocessableEntity)
	if got := ask(requests.Erasure, http.StatusOK); got.Request.State != requests.Done || len(got.Request.Receipts) != 1 {
		t.Errorf("erasure: %+v", got.Request)
	}
	ask(requests.Objection, http.StatusNotFound)
	if strings.Contains(s.logged.String(), pass) || strings.Contains(s.logged.String(), d.Secret) {
		t.Error("the log says who may act for the visitor")
	}
}

// Threat B5.6
func TestAHandoverBeginsOnTheSiteAndIsGoodOnce(t *testing.T) {
	s := startErasing(t)
	d := s.decision(consent.AcceptAll)
	s.post(d)
	for _, origin := range []string{"", s.url, "https://evil.example"} {
		if status, body := s.handOver(d.Secret, origin); status != http.StatusForbidden {
			t.Errorf("from %q: %d %s", origin, status, body)
		}
	}
	if status, body := s.handOver("no secret", shopOrigin); status != http.StatusUnprocessableEntity {
		t.Errorf("%d %s", status, body)
	}
	_, body := s.handOver(d.Secret, shopOrigin)
	token := decode[schemas.HandoverToken](t, body).Token
	for i, want := range []int{http.StatusOK, http.StatusForbidden} {
		if status, body := s.handedOver("pass", schemas.HandoverToken{Token: token}); status != want {
			t.Errorf("use %d: %d %s", i+1, status, body)
		}
	}
	for _, pass := range []string{"", token, "made-up"} {
		if status, body := s.handedOver("requests", schemas.HandedRequest{Pass: pass, Kind: requests.Access}); status != http.StatusForbidden {
			t.Errorf("with %q: %d %s", pass, status, body)
		}
	}
	// Who never decided may come, and finds nothing.
	stranger := s.pass(s.decision(consent.AcceptAll).Secret)
	if status, body := s.handedOver("requests", schemas.HandedRequest{Pass: stranger, Kind: requests.Access}); status != http.StatusNotFound {
		t.Errorf("a stranger: %d %s", status, body)
	}
}

func TestThePageOfRightsIsTheSameForEverybody(t *testing.T) {
	s := startServer(t)
	answer, body := s.do(http.MethodGet, "/rights/"+s.site.ID+"/", nil, "Accept-Language", "de")
	policy := answer.Header.Get("Content-Security-Policy")
	if answer.StatusCode != http.StatusOK || !strings.Contains(string(body), "Ihre Belege und Rechte") || !strings.Contains(policy, "connect-src 'self'") || strings.Contains(policy, "unsafe") ||
		answer.Header.Get("Cache-Control") != "no-store" || answer.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%d %v %s", answer.StatusCode, answer.Header, body)
	}
	if answer, _ := s.do(http.MethodGet, "/rights/"+s.site.ID, nil); answer.Header.Get("Location") != s.site.ID+"/" {
		t.Errorf("without the slash: %v", answer.Header)
	}
	if answer, body := s.do(http.MethodGet, "/rights/nowhere/", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
}
