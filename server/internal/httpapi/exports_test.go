package httpapi

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"assent/schemas"
	"assent/server/internal/auditing"
	"assent/server/internal/consent"
	"assent/server/internal/exporting"
)

// ASVS 5.4.1
func TestDecisionsAreExported(t *testing.T) {
	s := startServer(t)
	owner := s.setUp()
	d := s.decision(consent.AcceptAll)
	d.Locale = "=1+1"
	s.post(d)
	d = s.decision(consent.AcceptAll)
	s.post(d)
	s.post(s.decision(consent.RejectAll))
	path := "sites/" + s.site.ID + "/exports/decisions?format="
	answer, body := s.admin(http.MethodGet, path+"csv", nil, "Cookie", owner)
	table, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil || answer.StatusCode != http.StatusOK || answer.Header.Get("Assent-Rows") != "2" || len(table) != 3 || table[1][0] != d.ID {
		t.Errorf("csv: %v, %d %v, %s", err, answer.StatusCode, answer.Header, body)
	}
	if name := answer.Header.Get("Content-Disposition"); !strings.HasPrefix(name, `attachment; filename="assent-`+s.site.ID+`-decisions-`) || !strings.HasSuffix(name, `.csv"`) {
		t.Errorf("the file is called %s", name)
	}
	if _, body = s.admin(http.MethodGet, path+"ndjson", nil, "Cookie", owner); bytes.Count(body, []byte("\n")) != 2 || !bytes.Contains(body, []byte(d.ID)) {
		t.Errorf("ndjson: %s", body)
	}
	_, body = s.admin(http.MethodGet, path+"parquet", nil, "Cookie", owner)
	if rows, err := parquet.Read[exporting.Decision](bytes.NewReader(body), int64(len(body))); err != nil || len(rows) != 2 || rows[0].ID != d.ID {
		t.Errorf("parquet: %v, %v", rows, err)
	}
	if _, body = s.admin(http.MethodGet, path+"ndjson&to=2020-01-01", nil, "Cookie", owner); len(body) != 0 {
		t.Errorf("of the past: %s", body)
	}
	for _, query := range []string{"", "xlsx", "csv&from=2026-02-02&to=2026-02-01", "csv&from=x"} {
		if answer, body := s.admin(http.MethodGet, path+query, nil, "Cookie", owner); answer.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", query, answer.StatusCode, body)
		}
	}
	_, body = s.admin(http.MethodGet, "trail?what=export-decisions&outcome=done", nil, "Cookie", owner)
	if acts := decode[schemas.Trail](t, body).Acts; len(acts) != 4 || acts[3].About != "decisions csv" || acts[0].About != "decisions ndjson 2020-01-01" {
		t.Errorf("the trail tells %+v", acts)
	}
}

func TestRatesAreExportedAsTheyAreShown(t *testing.T) {
	s := startServer(t)
	owner := s.setUp()
	s.post(s.decision(consent.AcceptAll))
	answer, body := s.admin(http.MethodGet, "sites/"+s.site.ID+"/exports/rates?format=csv&each=day&device=desktop", nil, "Cookie", owner)
	table, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil || answer.Header.Get("Assent-Rows") != "30" || len(table) != 31 || table[0][2] != "decisions" || table[30][2] != "1" {
		t.Errorf("rates: %v, %v", err, table)
	}
	_, body = s.admin(http.MethodGet, "sites/"+s.site.ID+"/exports/groups?format=ndjson&by=device", nil, "Cookie", owner)
	if group := decode[exporting.Group](t, body); group.Value != "desktop" || group.Decisions != 1 {
		t.Errorf("groups: %s", body)
	}
}

// brokenLedger fails after so many decisions, and says when it begins.
type brokenLedger struct {
	auditing.Ledger
	after int
	begun chan struct{}
	until chan struct{}
}

var errBroken = fmt.Errorf("read decisions: %w", consent.ErrUnavailable)

func (b brokenLedger) Each(_ context.Context, _ string, _, _ time.Time, do func(consent.Record) error) error {
	b.begun <- struct{}{}
	<-b.until
	for range b.after {
		if err := do(consent.Record{Page: strings.Repeat("x", 100)}); err != nil {
			return err
		}
	}
	return errBroken
}

// A file that ends must be whole.
func TestAFileThatFailsIsCut(t *testing.T) {
	ledger := brokenLedger{after: 10_000, begun: make(chan struct{}, 10), until: make(chan struct{})}
	s := startServer(t, func(p *Parts) {
		ledger.Ledger = p.Ledger
		p.Ledger = ledger
	})
	owner := s.setUp()
	get := func() (*http.Response, error) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/v1/admin/sites/"+s.site.ID+"/exports/decisions?format=csv", nil)
		if err != nil {
			return nil, err
		}
		request.Header.Set("Cookie", owner)
		return s.client.Do(request)
	}
	cut := make(chan error, exportsAtOnce)
	for range exportsAtOnce {
		go func() {
			answer, err := get()
			if err == nil {
				_, err = io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
			}
			cut <- err
		}()
		<-ledger.begun
	}
	answer, err := get()
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("one file more: %d", answer.StatusCode)
	}
	close(ledger.until)
	for range exportsAtOnce {
		if err := <-cut; err == nil {
			t.Error("a file that failed in the middle ended as if it were whole")
		}
	}
}

func TestAFileThatCannotBeBegunIsAProblem(t *testing.T) {
	ledger := brokenLedger{begun: make(chan struct{}, 1), until: make(chan struct{})}
	close(ledger.until)
	s := startServer(t, func(p *Parts) {
		ledger.Ledger = p.Ledger
		p.Ledger = ledger
	})
	answer, body := s.admin(http.MethodGet, "sites/"+s.site.ID+"/exports/decisions?format=csv", nil, "Cookie", s.setUp())
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Content-Disposition") != "" || answer.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %v %s", answer.StatusCode, answer.Header, body)
	}
}
