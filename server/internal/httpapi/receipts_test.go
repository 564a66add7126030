package httpapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/evidence"
)

// keys are those that the server publishes.
func (s *testServer) keys() evidence.PublishedKeys {
	s.t.Helper()
	answer, body := s.do(http.MethodGet, keysAddress, nil)
	if answer.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.HasPrefix(answer.Header.Get("Cache-Control"), "public") {
		s.t.Errorf("not everybody can keep the keys: %v", answer.Header)
	}
	keys, err := evidence.ReadPublished(body)
	if err != nil {
		s.t.Fatal(err)
	}
	return keys
}

// ASVS 14.3.2
func TestAReceiptIsSigned(t *testing.T) {
	s := startServer(t, func(p *Parts) { p.PublicURL = "https://assent.example" })
	d := s.decision(consent.Save)
	d.Purposes, d.Services = map[string]bool{"analytics": true, "marketing": false}, map[string]bool{"youtube": true}
	_, body := s.post(d)
	address := decode[schemas.Recorded](t, body).Receipt
	answer, body := s.do(http.MethodGet, address, nil)
	receipt := decode[schemas.Receipt](t, body)
	if answer.Header.Get("Cache-Control") != "no-store" || receipt.ID != d.ID || !receipt.Services["youtube"] {
		t.Errorf("%v %s", answer.Header, body)
	}
	found, err := s.keys().Verify(receipt.Jws)
	if err != nil {
		t.Fatal(err)
	}
	if found.Statement.Iss != "https://assent.example" || found.Statement.Jti != d.ID || found.Statement.Notice.Language != "de" ||
		found.Statement.Decision.RecordedAt != receipt.RecordedAt || found.Statement.Processing[2].Services[0].Name != "YouTube" {
		t.Errorf("%+v", found.Statement)
	}
	for name, ask := range map[string]func() (*http.Response, []byte){
		"by format": func() (*http.Response, []byte) { return s.do(http.MethodGet, address+"?format=jws", nil) },
		"by Accept": func() (*http.Response, []byte) {
			return s.do(http.MethodGet, address, nil, "Accept", "text/html;q=0.5, Application/JOSE; q=0.9")
		},
	} {
		if answer, body := ask(); string(body) != receipt.Jws || answer.Header.Get("Content-Type") != "application/jose" || !strings.Contains(answer.Header.Get("Vary"), "Accept") {
			t.Errorf("%s: %v %s", name, answer.Header, body)
		}
	}
	for format, want := range map[string]string{"json": `"jws":"` + receipt.Jws, "json-ld": `"@id":"urn:uuid:` + d.ID, "kantara": `"consentReceiptID":"` + d.ID} {
		if _, body := s.do(http.MethodGet, address+"?format="+format, nil); !strings.Contains(string(body), want) {
			t.Errorf("%s: %s", format, body)
		}
	}
	if answer, _ := s.do(http.MethodGet, address, nil, "Accept", "application/ld+json"); answer.Header.Get("Content-Type") != "application/ld+json" {
		t.Errorf("JSON-LD by Accept: %v", answer.Header)
	}
	if answer, _ := s.do(http.MethodGet, address+"?format=pdf", nil); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a format that nobody writes: %d", answer.StatusCode)
	}
	if strings.Contains(string(body), d.Secret) {
		t.Error("the visitor's secret is in the receipt")
	}
}

// ASVS 3.4.5
func TestTheReceiptsPageIsForItsReaderAlone(t *testing.T) {
	s := startServer(t)
	d := s.decision(consent.AcceptAll)
	d.Locale = "de"
	s.post(d)
	answer, body := s.do(http.MethodGet, "/receipts/"+d.ID, nil, "Accept-Language", "fr")
	header := answer.Header
	if answer.StatusCode != http.StatusOK || !strings.Contains(string(body), `<html lang="de"`) || !strings.Contains(string(body), "Was Sie entschieden haben") {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
	policy := header.Get("Content-Security-Policy")
	if header.Get("Referrer-Policy") != "no-referrer" || !strings.HasPrefix(header.Get("Cache-Control"), "private") || !strings.Contains(header.Get("X-Robots-Tag"), "noindex") ||
		!strings.HasPrefix(policy, "default-src 'none'; style-src 'nonce-") || strings.Contains(policy, "script") {
		t.Errorf("%v", header)
	}
	if strings.Contains(string(body), "<script") || strings.Contains(string(body), d.Secret) {
		t.Errorf("%s", body)
	}
	answer, body = s.do(http.MethodGet, "/receipts/019abf1e-7c3a-7d52-8f41-5d1f3c2b9a10", nil, "Accept-Language", "fr;q=0.9, xx, ,;;")
	if answer.StatusCode != http.StatusNotFound || !strings.Contains(string(body), `<html lang="`) {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
}

// What was recorded before there were keys is signed all the same, and a server that was not told its own address claims
// none: whoever asks could name any.
func TestAnOldDecisionGetsAReceipt(t *testing.T) {
	s := startServer(t)
	d := s.decision(consent.RejectAll)
	d.Notice, d.DecidedAt = "never-published", time.Time{}
	_, body := s.post(d)
	_, body = s.do(http.MethodGet, decode[schemas.Recorded](t, body).Receipt, nil, "Host", "evil.example")
	found, err := s.keys().Verify(decode[schemas.Receipt](t, body).Jws)
	if err != nil || found.Statement.Iss != "" || found.Statement.Notice.Published || found.Statement.Event.State != "refused" {
		t.Errorf("%v: %+v", err, found.Statement)
	}
}
