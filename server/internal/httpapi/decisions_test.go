package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
)

// current makes the catalog the source of scripts, as cmd/assent does.
type current struct{ *site.Catalog }

func (c current) Shown(ctx context.Context, id string, arm int) (snippetbuild.Input, error) {
	noticeID, notice, err := c.Arm(ctx, id, arm)
	return snippetbuild.Input{Site: id, Notice: notice, NoticeID: noticeID}, err
}

func check(store interface{ Ping(context.Context) error }) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) { return "", store.Ping(ctx) }
}

// syncBuffer collects the log of several goroutines.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestADecisionIsRecordedAndRead(t *testing.T) {
	s := startServer(t)
	d := s.decision(consent.Save)
	d.Purposes, d.Services = map[string]bool{"analytics": true, "marketing": false}, map[string]bool{"youtube": true}
	answer, body := s.post(d)
	if answer.StatusCode != http.StatusCreated || answer.Header.Get("Access-Control-Allow-Origin") != shopOrigin {
		t.Fatalf("%d %v %s", answer.StatusCode, answer.Header, body)
	}
	recorded := decode[schemas.Recorded](t, body)
	want := schemas.Choice{Purposes: map[string]bool{"essential": true, "analytics": true, "marketing": false},
		Services: map[string]bool{"youtube": true}, Action: consent.Save, Notice: s.site.Notice}
	if !maps.Equal(recorded.Choice.Purposes, want.Purposes) || !maps.Equal(recorded.Choice.Services, want.Services) ||
		recorded.Subject != consent.Subject(s.site.ID, d.Secret) || recorded.ID != d.ID {
		t.Errorf("recorded %+v", recorded)
	}
	if days := recorded.Choice.ExpiresAt.Sub(recorded.RecordedAt).Hours() / 24; days != 180 {
		t.Errorf("the choice holds for %v days", days)
	}
	answer, body = s.do(http.MethodGet, "/v1/sites/"+s.site.ID+"/subjects/"+recorded.Subject, nil)
	if read := decode[schemas.Current](t, body); answer.StatusCode != http.StatusOK || !maps.Equal(read.Choice.Purposes, want.Purposes) || !read.RecordedAt.Equal(recorded.RecordedAt) {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
	answer, body = s.do(http.MethodGet, recorded.Receipt, nil)
	if receipt := decode[schemas.Receipt](t, body); answer.StatusCode != http.StatusOK || receipt.Page != shopOrigin+"/cart" || receipt.Subject != recorded.Subject {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
	for _, secret := range []string{d.Secret, "4711", "customer"} {
		if strings.Contains(string(body)+s.logged.String(), secret) {
			t.Errorf("%q is kept", secret)
		}
	}
}

// TestAChoiceIsReadAgainOnlyWhenItChanged: whoever asked may keep the answer, and nobody on the way.
func TestAChoiceIsReadAgainOnlyWhenItChanged(t *testing.T) {
	s := startServer(t)
	d := s.decision(consent.AcceptAll)
	s.post(d)
	path := "/v1/sites/" + s.site.ID + "/subjects/" + consent.Subject(s.site.ID, d.Secret)
	first, _ := s.do(http.MethodGet, path, nil)
	if caching := first.Header.Get("Cache-Control"); caching != "private, no-cache" {
		t.Errorf("Cache-Control: %s", caching)
	}
	tag := first.Header.Get("ETag")
	if again, body := s.do(http.MethodGet, path, nil, "If-None-Match", `"other", `+tag); again.StatusCode != http.StatusNotModified ||
		len(body) > 0 || again.Header.Get("ETag") != tag {
		t.Errorf("unchanged: %d %v %s", again.StatusCode, again.Header, body)
	}
	changed := s.decision(consent.Withdraw)
	changed.Secret = d.Secret
	s.post(changed)
	if again, body := s.do(http.MethodGet, path, nil, "If-None-Match", tag); again.StatusCode != http.StatusOK ||
		decode[schemas.Current](t, body).Choice.Action != consent.Withdraw {
		t.Errorf("changed: %d %s", again.StatusCode, body)
	}
}

func TestARetryGetsTheSameAnswer(t *testing.T) {
	s := startServer(t)
	d := s.decision(consent.AcceptAll)
	_, first := s.post(d)
	changed := s.decision(consent.Withdraw)
	changed.Secret = d.Secret
	s.post(changed)
	answer, again := s.post(d)
	if answer.StatusCode != http.StatusOK || !bytes.Equal(first, again) {
		t.Errorf("%d\n%s\n%s", answer.StatusCode, first, again)
	}
	_, body := s.do(http.MethodGet, "/v1/sites/"+s.site.ID+"/subjects/"+consent.Subject(s.site.ID, d.Secret), nil)
	if now := decode[schemas.Current](t, body); now.Choice.Action != consent.Withdraw {
		t.Errorf("a late retry overwrote the newer choice: %s", body)
	}
	if n := s.rows(); n != 2 {
		t.Errorf("%d rows", n)
	}
	d.Action = consent.RejectAll
	if answer, body := s.post(d); answer.StatusCode != http.StatusConflict {
		t.Errorf("id used for another decision: %d %s", answer.StatusCode, body)
	}
}

func TestIdenticalPostsAtOnceAreOneRow(t *testing.T) {
	s := startServer(t)
	d := s.decision(consent.RejectAll)
	var posts sync.WaitGroup
	for range 20 {
		posts.Go(func() {
			if answer, body := s.post(d); answer.StatusCode/100 != 2 {
				t.Errorf("%d %s", answer.StatusCode, body)
			}
		})
	}
	posts.Wait()
	if n := s.rows(); n != 1 {
		t.Errorf("%d rows", n)
	}
}

// ASVS 2.2.2
func TestWhatIsRefusedLeavesNoTrace(t *testing.T) {
	s := startServer(t)
	valid, err := json.Marshal(s.decision(consent.AcceptAll))
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(map[string]any)) string {
		members := decode[map[string]any](t, valid)
		change(members)
		body, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	for name, c := range map[string]struct {
		body    string
		headers []string
		status  int
		kind    string
	}{
		"foreign origin":    {body: string(valid), headers: []string{"Origin", "https://evil.example"}, status: 403, kind: "foreign-origin"},
		"null origin":       {body: string(valid), headers: []string{"Origin", "null"}, status: 403, kind: "foreign-origin"},
		"no origin":         {body: string(valid), headers: []string{"Origin", ""}, status: 403, kind: "foreign-origin"},
		"origin as suffix":  {body: string(valid), headers: []string{"Origin", shopOrigin + ".evil.example"}, status: 403, kind: "foreign-origin"},
		"nine kilobytes":    {body: with(func(m map[string]any) { m["page"] = shopOrigin + "/" + strings.Repeat("a", 9000) }), status: 413, kind: "too-large"},
		"wrong type":        {body: with(func(m map[string]any) { m["purposes"] = "all" }), status: 400, kind: "malformed"},
		"unknown member":    {body: with(func(m map[string]any) { m["email"] = "a@b.example" }), status: 400, kind: "malformed"},
		"unknown purpose":   {body: with(func(m map[string]any) { m["purposes"] = map[string]bool{"profiling": true} }), status: 422, kind: "invalid"},
		"unknown service":   {body: with(func(m map[string]any) { m["services"] = map[string]bool{"spy": true} }), status: 422, kind: "invalid"},
		"unknown notice":    {body: with(func(m map[string]any) { m["notice"] = "another" }), status: 422, kind: "invalid"},
		"truncated":         {body: string(valid[:len(valid)-20]), status: 400, kind: "malformed"},
		"empty":             {body: "", status: 400, kind: "malformed"},
		"form":              {body: "a=b", headers: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415, kind: "media-type"},
		"compressed":        {body: string(valid), headers: []string{"Content-Encoding", "gzip"}, status: 415, kind: "media-type"},
		"other charset":     {body: string(valid), headers: []string{"Content-Type", "text/plain;charset=UTF-16"}, status: 415, kind: "media-type"},
		"member twice":      {body: strings.Replace(string(valid), "{", `{"action":"reject-all",`, 1), status: 400, kind: "malformed"},
		"no type":           {body: string(valid), headers: []string{"Content-Type", ""}, status: 415, kind: "media-type"},
		"deeply nested":     {body: strings.Repeat("[", 4000), status: 400, kind: "malformed"},
		"control character": {body: with(func(m map[string]any) { m["locale"] = "de\x00" }), status: 400, kind: "malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			answer, body := s.post(c.body, c.headers...)
			p := decode[schemas.Problem](t, body)
			if answer.StatusCode != c.status || p.Type != problemPrefix+c.kind || p.Detail == "" || answer.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%d %s", answer.StatusCode, body)
			}
			if c.kind == "foreign-origin" && answer.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Error("a foreign page may read the answer")
			}
		})
	}
	if answer, body := s.do(http.MethodPost, "/v1/sites/nosuchsite/decisions", string(valid), "Origin", shopOrigin, "Content-Type", "application/json"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("unknown site: %d %s", answer.StatusCode, body)
	}
	if n := s.rows(); n != 0 {
		t.Errorf("refused requests left %d rows", n)
	}
	if log := s.logged.String(); !strings.Contains(log, "origin refused") || strings.Count(log, "origin refused") > 3 {
		t.Errorf("the owner of a forgotten origin is told: %s", log)
	}
}

// Threat B5.17
func TestARefusalIsKeptWhateverIsOdd(t *testing.T) {
	s := startServer(t)
	d := s.decision(consent.RejectAll)
	d.Notice, d.DecidedAt = "never-published", time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)
	d.Purposes = map[string]bool{"profiling": false}
	answer, body := s.post(d, "Sec-GPC", "1", "Content-Type", "text/plain;charset=UTF-8")
	if answer.StatusCode != http.StatusCreated {
		t.Fatalf("%d %s", answer.StatusCode, body)
	}
	_, body = s.do(http.MethodGet, decode[schemas.Recorded](t, body).Receipt, nil)
	if strings.Contains(string(body), "profiling") {
		t.Errorf("a name that nobody published is kept: %s", body)
	}
	for _, flag := range []string{consent.FlagUnknownNotice, consent.FlagClockSkew, consent.FlagGPCHeader} {
		if !strings.Contains(string(body), flag) {
			t.Errorf("not flagged %s: %s", flag, body)
		}
	}
}

// ASVS 3.4.2
// Threat B5.9
func TestPreflight(t *testing.T) {
	s := startServer(t)
	path := "/v1/sites/" + s.site.ID + "/decisions"
	answer, _ := s.do(http.MethodOptions, path, nil, "Origin", shopOrigin, "Access-Control-Request-Method", "POST")
	if answer.StatusCode != http.StatusNoContent || answer.Header.Get("Access-Control-Allow-Origin") != shopOrigin ||
		answer.Header.Get("Access-Control-Allow-Headers") != "Content-Type" || answer.Header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
	answer, _ = s.do(http.MethodOptions, path, nil, "Origin", "https://evil.example")
	if answer.StatusCode != http.StatusForbidden || answer.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("foreign: %d %v", answer.StatusCode, answer.Header)
	}
}

func TestPendingAndUnknown(t *testing.T) {
	s := startServer(t)
	for _, path := range []string{"/v1/sites/" + s.site.ID + "/subjects/nobody", "/v1/sites/nosuchsite/subjects/nobody",
		"/v1/receipts/019abf1e-7c3a-7d52-8f41-5d1f3c2b9a10", "/v1/receipts/..%2f", "/s/nosuchsite.js", "/s/" + s.site.ID, "/s/" + s.site.ID + "/nosuchhash.js"} {
		if answer, body := s.do(http.MethodGet, path, nil); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, answer.StatusCode, body)
		}
	}
}

func TestWithTheStoreAwayTheClientIsAskedToComeBack(t *testing.T) {
	s := startServer(t)
	s.post(s.decision(consent.AcceptAll)) // The notice is known from here on.
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	answer, body := s.post(s.decision(consent.RejectAll))
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" ||
		answer.Header.Get("Access-Control-Allow-Origin") != shopOrigin || strings.Contains(string(body), "sql") {
		t.Errorf("%d %v %s", answer.StatusCode, answer.Header, body)
	}
	for range 20 {
		s.post(s.decision(consent.RejectAll))
	}
	if n := strings.Count(s.logged.String(), "requests cannot be served"); n == 0 || n > 10 {
		t.Errorf("an outage of 21 requests is %d lines of log", n)
	}
	if answer, body := s.do(http.MethodGet, "/readyz", nil); answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(body), `"down"`) {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
	if answer, _ := s.do(http.MethodGet, "/healthz", nil); answer.StatusCode != http.StatusOK {
		t.Errorf("healthz: %d", answer.StatusCode)
	}
}
