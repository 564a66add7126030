package httpapi

import (
	"crypto/rand"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/rights"
	"assent/server/internal/transparency"
)

// startErasing is a server whose stores can erase.
func startErasing(t *testing.T, changes ...func(*Parts)) *testServer {
	t.Helper()
	return startServer(t, append(changes, func(p *Parts) {
		store := p.Query.(interface {
			transparency.Store
			transparency.Index
			rights.Trail
		})
		log, err := transparency.Open(t.Context(), store, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		p.Transparency, p.Places, p.Eraser = log, store, rights.Eraser{Trail: store, Log: log, Receivers: p.Integrations.Keeper, Now: time.Now}
	})...)
}

func (s *testServer) eraseOwn(secret string) (int, []byte) {
	s.t.Helper()
	answer, body := s.do(http.MethodPost, "/v1/sites/"+s.site.ID+"/erasures", schemas.OwnErasure{Secret: secret}, "Origin", shopOrigin, "Content-Type", "application/json")
	return answer.StatusCode, body
}

func TestVisitorsEraseTheirOwn(t *testing.T) {
	s := startErasing(t)
	mine, other := s.decision(consent.AcceptAll), s.decision(consent.AcceptAll)
	other.Secret = "AAAAAAAAAAAAAAAAAAAAAA"
	s.post(mine)
	s.post(other)
	if status, body := s.eraseOwn("BBBBBBBBBBBBBBBBBBBBBB"); status != http.StatusOK || decode[schemas.Erasure](t, body).Decisions != 0 {
		t.Errorf("a wrong secret: %d %s", status, body)
	}
	if status, body := s.eraseOwn("short"); status != http.StatusUnprocessableEntity {
		t.Errorf("no secret: %d %s", status, body)
	}
	if answer, _ := s.do(http.MethodPost, "/v1/sites/"+s.site.ID+"/erasures", schemas.OwnErasure{Secret: mine.Secret}, "Origin", "https://evil.example", "Content-Type", "application/json"); answer.StatusCode != http.StatusForbidden {
		t.Errorf("from a stranger's page: %d", answer.StatusCode)
	}
	for _, want := range []int{1, 0} {
		status, body := s.eraseOwn(mine.Secret)
		if done := decode[schemas.Erasure](t, body); status != http.StatusOK || done.Decisions != want || len(done.Receipts) != want {
			t.Errorf("%d %s, want %d", status, body, want)
		}
	}
	for id, want := range map[string]int{mine.ID: http.StatusNotFound, other.ID: http.StatusOK} {
		for _, path := range []string{"/v1/receipts/" + id, "/receipts/" + id, "/v1/receipts/" + id + "/proof"} {
			if answer, body := s.do(http.MethodGet, path, nil); answer.StatusCode != want {
				t.Errorf("%s: %d %s", path, answer.StatusCode, body)
			}
		}
	}
	// The other program goes on to find everything in order: two decisions and a tombstone.
	said, err := exec.CommandContext(t.Context(), "node", "testdata/verify.mjs", s.url, other.ID).CombinedOutput()
	if err != nil || string(said) != "3 entries, the receipt is one of them\n" {
		t.Errorf("%v: %s", err, said)
	}
}

func TestOfficersErase(t *testing.T) {
	s := startErasing(t)
	owner := s.setUp()
	d := s.decision(consent.AcceptAll)
	s.post(d)
	subject := consent.Subject(s.site.ID, d.Secret)
	erase := func(order schemas.ErasureOrder) (int, []byte) {
		answer, body := s.admin(http.MethodPost, "sites/"+s.site.ID+"/erasures", order, "Cookie", owner)
		return answer.StatusCode, body
	}
	for _, wrong := range []schemas.ErasureOrder{{}, {Receipt: d.ID, Subject: subject}, {Receipt: "x"}} {
		if status, body := erase(wrong); status != http.StatusUnprocessableEntity {
			t.Errorf("%+v: %d %s", wrong, status, body)
		}
	}
	if status, body := erase(schemas.ErasureOrder{Receipt: s.url + "/receipts/" + d.ID}); status != http.StatusOK || decode[schemas.Erasure](t, body).Decisions != 1 {
		t.Errorf("%d %s", status, body)
	}
	if status, body := erase(schemas.ErasureOrder{Receipt: d.ID}); status != http.StatusNotFound {
		t.Errorf("again: %d %s", status, body)
	}
	if status, body := erase(schemas.ErasureOrder{Subject: subject}); status != http.StatusOK || decode[schemas.Erasure](t, body).Decisions != 0 {
		t.Errorf("again, by subject: %d %s", status, body)
	}
	_, told := s.admin(http.MethodGet, "trail?what=erase-decisions", nil, "Cookie", owner)
	if text := string(told); !strings.Contains(text, "erase-decisions") || strings.Contains(text, subject) || strings.Contains(text, d.ID) {
		t.Errorf("the trail: %s", text)
	}
}

// TestNoErasureIsOutsideTheRegister whichever route it came by, and one that erased nothing is not in it.
func TestNoErasureIsOutsideTheRegister(t *testing.T) {
	s := startErasing(t)
	owner := s.setUp()
	own, beside := s.decision(consent.AcceptAll), s.decision(consent.AcceptAll)
	s.post(own)
	s.post(beside)
	for range 2 {
		s.eraseOwn(own.Secret)
	}
	s.eraseOwn("BBBBBBBBBBBBBBBBBBBBBB")
	_, body := s.admin(http.MethodPost, "sites/"+s.site.ID+"/erasures", schemas.ErasureOrder{Receipt: beside.ID}, "Cookie", owner)
	done := decode[schemas.Erasure](t, body)
	_, body = s.admin(http.MethodGet, "sites/"+s.site.ID+"/requests", nil, "Cookie", owner)
	all := decode[[]schemas.Request](t, body)
	if len(all) != 2 || all[0].Reference != done.Reference || all[0].How != "direct" || all[1].How != "self-service" {
		t.Fatalf("%+v, want %s and one before", all, done.Reference)
	}
	for _, one := range all {
		if one.Kind != "erasure" || one.State != "done" || len(one.Receipts) != 1 {
			t.Errorf("%+v", one)
		}
	}
	if answer, page := s.admin(http.MethodGet, "sites/"+s.site.ID+"/requests/"+done.Reference+"?format=html", nil, "Cookie", owner); answer.StatusCode != http.StatusOK || !strings.Contains(string(page), "erased beside a decision") {
		t.Errorf("%d %s", answer.StatusCode, page)
	}
}

func TestWhatAChildDecidedInErrorIsErasedWithANote(t *testing.T) {
	s := startErasing(t)
	owner := s.setUp()
	d := s.decision(consent.AcceptAll)
	s.post(d)
	_, body := s.admin(http.MethodPost, "sites/"+s.site.ID+"/erasures", schemas.ErasureOrder{Receipt: d.ID, InError: true}, "Cookie", owner)
	done := decode[schemas.Erasure](t, body)
	if done.Decisions != 1 {
		t.Fatalf("%s", body)
	}
	_, body = s.admin(http.MethodGet, "sites/"+s.site.ID+"/requests", nil, "Cookie", owner)
	if all := decode[[]schemas.Request](t, body); len(all) != 1 || all[0].How != "in-error" || all[0].Reference != done.Reference {
		t.Errorf("%s", body)
	}
	if answer, page := s.admin(http.MethodGet, "sites/"+s.site.ID+"/requests/"+done.Reference+"?format=html", nil, "Cookie", owner); answer.StatusCode != http.StatusOK || !strings.Contains(string(page), "a child had decided") {
		t.Errorf("%d %s", answer.StatusCode, page)
	}
}
