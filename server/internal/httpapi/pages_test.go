package httpapi

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"assent/server/internal/consent"
	"assent/server/internal/snippetbuild"
)

func TestTheScriptInEveryEncoding(t *testing.T) {
	s := startServer(t)
	path := "/s/" + s.site.ID + ".js"
	plainAnswer, plain := s.do(http.MethodGet, path, nil)
	if plainAnswer.StatusCode != http.StatusOK || !strings.Contains(plainAnswer.Header.Get("Cache-Control"), "stale-while-revalidate") {
		t.Fatalf("%d %v", plainAnswer.StatusCode, plainAnswer.Header)
	}
	tags := map[string]bool{plainAnswer.Header.Get("ETag"): true}
	for encoding, open := range map[string]func(io.Reader) (io.Reader, error){
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	} {
		answer, body := s.do(http.MethodGet, path, nil, "Accept-Encoding", "zstd, "+encoding+";q=0.9")
		reader, err := open(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := io.ReadAll(reader)
		if err != nil || !bytes.Equal(decoded, plain) || answer.Header.Get("Content-Encoding") != encoding || answer.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %v %v", encoding, answer.Header, err)
		}
		tag := answer.Header.Get("ETag")
		if tags[tag] {
			t.Errorf("%s shares its tag with another encoding", encoding)
		}
		tags[tag] = true
		if answer, body := s.do(http.MethodGet, path, nil, "Accept-Encoding", encoding, "If-None-Match", `"other", W/`+tag); answer.StatusCode != http.StatusNotModified || len(body) > 0 {
			t.Errorf("%s: revalidation answers %d", encoding, answer.StatusCode)
		}
	}
	for _, refused := range []string{"br;q=0, gzip;q=0.0", "br;Q=0, gzip ; q=0.000", "br;q=none", "*;q=0"} {
		if answer, _ := s.do(http.MethodGet, path, nil, "Accept-Encoding", refused); answer.Header.Get("Content-Encoding") != "" {
			t.Errorf("an encoding that is refused was used: %s", refused)
		}
	}
	if answer, body := s.do(http.MethodHead, path, nil); answer.StatusCode != http.StatusOK || len(body) > 0 {
		t.Errorf("HEAD: %d", answer.StatusCode)
	}
}

func TestThePinnedScriptIsTheSameBytes(t *testing.T) {
	s := startServer(t)
	answer, moving := s.do(http.MethodGet, "/s/"+s.site.ID+".js", nil)
	hash := strings.Trim(answer.Header.Get("ETag"), `"`)
	answer, pinnedBytes := s.do(http.MethodGet, "/s/"+s.site.ID+"/"+hash+".js", nil)
	if answer.StatusCode != http.StatusOK || !bytes.Equal(moving, pinnedBytes) || !strings.Contains(answer.Header.Get("Cache-Control"), "immutable") ||
		answer.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
	sum := sha512.Sum384(pinnedBytes)
	document, err := s.store.Script(t.Context(), s.site.ID, hash)
	if err != nil {
		t.Fatal(err)
	}
	if script, err := snippetbuild.DecodeScript(document); err != nil || script.SRI != "sha384-"+base64.StdEncoding.EncodeToString(sum[:]) {
		t.Errorf("integrity %s: %v", script.SRI, err)
	}
	answer, body := s.do(http.MethodGet, "/s/"+s.site.ID+"/"+hash+"/de.json", nil)
	if answer.StatusCode != http.StatusOK || !strings.Contains(string(body), "Alle ablehnen") {
		t.Errorf("German: %d %s", answer.StatusCode, body)
	}
	answer, body = s.do(http.MethodGet, "/s/"+s.site.ID+"/"+hash+"/check.js", nil)
	whole := sha256.Sum256(body)
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Access-Control-Allow-Origin") != "*" ||
		!bytes.Contains(pinnedBytes, []byte(base64.StdEncoding.EncodeToString(whole[:]))) {
		t.Errorf("a part that the script would refuse: %d %v", answer.StatusCode, answer.Header)
	}
	if answer, _ := s.do(http.MethodGet, "/s/"+s.site.ID+"/"+hash+"/fr.json", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("a language that the notice does not have: %d", answer.StatusCode)
	}
}

// ASVS 3.4.3, 3.4.4
func TestPagesAndProbes(t *testing.T) {
	s := startServer(t)
	s.post(s.decision(consent.AcceptAll))
	for path, want := range map[string]struct {
		status  int
		content string
	}{
		"/":                     {http.StatusFound, ""},
		"/dashboard":            {http.StatusFound, ""},
		"/dashboard/":           {http.StatusOK, "<!doctype html>"},
		"/dashboard/people":     {http.StatusOK, "<!doctype html>"},
		"/dashboard/app.1.js":   {http.StatusOK, "1"},
		"/dashboard/.gitkeep":   {http.StatusNotFound, "urn:assent:problem:not-found"},
		"/dashboard/../go.mod":  {http.StatusNotFound, "urn:assent:problem:not-found"},
		"/healthz":              {http.StatusOK, `{"status":"ok"}`},
		"/readyz":               {http.StatusOK, `"status":"ready"`},
		"/metrics":              {http.StatusOK, `assent_decisions_total{outcome="accepted",result="recorded"} 1`},
		"/.well-known/gpc.json": {http.StatusOK, `"gpc":true`},
		"/assent.d.ts":          {http.StatusOK, "interface Window"},
		"/v1/admin/session":     {http.StatusOK, `"state":"setup"`},
		"/v1/admin/sites":       {http.StatusUnauthorized, "urn:assent:problem:signed-out"},
	} {
		answer, body := s.do(http.MethodGet, path, nil)
		if answer.StatusCode != want.status || !strings.Contains(string(body), want.content) {
			t.Errorf("%s: %d %s", path, answer.StatusCode, body)
		}
		if answer.Header.Get("X-Content-Type-Options") != "nosniff" || answer.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: headers %v", path, answer.Header)
		}
	}
	s.stopping.Store(true)
	if answer, body := s.do(http.MethodGet, "/readyz", nil); answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(body), "stopping") {
		t.Errorf("stopping: %d %s", answer.StatusCode, body)
	}
}

// ASVS 14.2.1
// Threat B5.20
func TestMetricsAndLogTellNothingOfAVisitor(t *testing.T) {
	s := startServer(t)
	d := s.decision(consent.AcceptAll)
	s.post(d, "User-Agent", "canary-agent", "X-Forwarded-For", "203.0.113.77")
	s.do(http.MethodGet, "/v1/sites/"+s.site.ID+"/subjects/canary-subject?canary-query=1", nil)
	_, metrics := s.do(http.MethodGet, "/metrics", nil)
	for _, canary := range []string{"canary", "203.0.113.77", d.Secret, d.ID, consent.Subject(s.site.ID, d.Secret)} {
		if strings.Contains(string(metrics)+s.logged.String(), canary) {
			t.Errorf("%s is told", canary)
		}
	}
}
