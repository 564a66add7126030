package httpapi

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/archive"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/transparency"
)

// startLogging is a server that keeps a log, as the program wires it.
func startLogging(t *testing.T, changes ...func(*Parts)) (*testServer, *transparency.Log) {
	t.Helper()
	var log *transparency.Log
	s := startServer(t, func(p *Parts) {
		store := p.Journal.(*embeddedstore.Store)
		var err error
		if log, err = transparency.Open(t.Context(), store, rand.Reader); err != nil {
			t.Fatal(err)
		}
		p.Transparency, p.Places, p.Rows, p.PublicURL = log, store, store, "https://assent.example"
		for _, change := range changes {
			change(p)
		}
	})
	return s, log
}

func TestAnArchiveIsForSomebodyElse(t *testing.T) {
	s, log := startLogging(t)
	owner := s.setUp()
	path := "sites/" + s.site.ID + "/exports/archive?format="
	if answer, body := s.admin(http.MethodGet, path+"zip", nil, "Cookie", owner); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("before the first decision: %d %s", answer.StatusCode, body)
	}
	s.post(s.decision(consent.RejectAll))
	s.post(s.decision(consent.AcceptAll))
	answer, body := s.admin(http.MethodGet, path+"zip&language=de", nil, "Cookie", owner)
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "application/zip" || !strings.HasSuffix(answer.Header.Get("Content-Disposition"), `.zip"`) {
		t.Fatalf("%d %v", answer.StatusCode, answer.Header)
	}
	verified, err := archive.Verify(bytes.NewReader(body), int64(len(body)), archive.Trusted{LogKey: log.Public()})
	if err != nil || verified.Manifest.Decisions != 2 || verified.Notices != 1 || verified.Manifest.Issuer != "https://assent.example" {
		t.Errorf("%+v, %v", verified, err)
	}
	opened, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil || opened.File[0].Name != "README.txt" {
		t.Errorf("%v, %v", opened.File, err)
	}
	for _, query := range []string{"", "csv", "zip&language=fr", "zip&from=x", "zip&from=2026-02-02&to=2026-02-01"} {
		if answer, body := s.admin(http.MethodGet, path+query, nil, "Cookie", owner); answer.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", query, answer.StatusCode, body)
		}
	}
	_, body = s.admin(http.MethodGet, "trail?what=export-archive&outcome=done", nil, "Cookie", owner)
	if acts := decode[schemas.Trail](t, body).Acts; len(acts) != 1 || acts[0].About != "archive zip" {
		t.Errorf("the trail tells %+v", acts)
	}
}

// forgetful lost a decision.
type forgetful struct{ transparency.Archive }

func (f forgetful) EachRow(ctx context.Context, do func(transparency.Row) error) error {
	return f.Archive.EachRow(ctx, func(row transparency.Row) error {
		row.Decision = nil
		return do(row)
	})
}

func TestNoArchiveIsMadeOfWhatTheLogDoesNotVouchFor(t *testing.T) {
	s, _ := startLogging(t, func(p *Parts) { p.Rows = forgetful{p.Rows} })
	owner := s.setUp()
	s.post(s.decision(consent.RejectAll))
	answer, body := s.admin(http.MethodGet, "sites/"+s.site.ID+"/exports/archive?format=zip", nil, "Cookie", owner)
	if answer.StatusCode != http.StatusConflict || answer.Header.Get("Content-Disposition") != "" || !bytes.Contains(body, []byte("log-changed")) {
		t.Errorf("%d %v %s", answer.StatusCode, answer.Header, body)
	}
	if !strings.Contains(s.logged.String(), "an archive was refused") {
		t.Errorf("the server's log says %s", s.logged.String())
	}
}

func TestWithoutALogThereIsNoArchive(t *testing.T) {
	s := startServer(t)
	if answer, body := s.admin(http.MethodGet, "sites/"+s.site.ID+"/exports/archive?format=zip", nil, "Cookie", s.setUp()); answer.StatusCode != http.StatusNotFound || !bytes.Contains(body, []byte("no-log")) {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
}
