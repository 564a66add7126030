package httpapi

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/site"
)

func TestTheRecordOfProcessing(t *testing.T) {
	var publisher site.Publisher
	s := startServer(t, func(p *Parts) { publisher = p.Publisher })
	owner := s.setUp()
	first := s.site.Notice
	if _, err := publisher.Change(t.Context(), s.site.ID, site.Change{Notice: &schemas.Notice{
		Controller: schemas.Controller{Name: "=1+1 GmbH"},
		Services:   []schemas.Service{{ID: "far", Name: "Far", Purpose: "marketing", Provider: "Far Ltd", Country: "IN", Safeguard: "adequacy"}},
	}}); err != nil {
		t.Fatal(err)
	}
	if err := s.catalog.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	path := "sites/" + s.site.ID + "/processing"
	_, body := s.admin(http.MethodGet, path+"?language=de", nil, "Cookie", owner)
	record := decode[schemas.Processing](t, body)
	if len(record.Activities) != 2 || record.Activities[1].Service != "far" || record.Activities[1].Wrong != "adequacy-missing" ||
		!strings.Contains(record.Activities[1].Remark, "Indien") || record.PublishedAt.IsZero() || record.Language != "de" {
		t.Errorf("%s", body)
	}
	_, body = s.admin(http.MethodGet, path+"?notice="+first, nil, "Cookie", owner)
	if record := decode[schemas.Processing](t, body); record.Notice != first || record.Activities[1].Service != "youtube" || record.Activities[1].Area != "adequate" {
		t.Errorf("an earlier version: %s", body)
	}
	for query, status := range map[string]int{"?notice=nosuch": http.StatusNotFound, "?language=fr": http.StatusUnprocessableEntity} {
		if answer, body := s.admin(http.MethodGet, path+query, nil, "Cookie", owner); answer.StatusCode != status {
			t.Errorf("%s: %d %s", query, answer.StatusCode, body)
		}
	}

	file := "sites/" + s.site.ID + "/exports/processing?format="
	answer, body := s.admin(http.MethodGet, file+"csv", nil, "Cookie", owner)
	table, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil || len(table) != 3 || table[1][0] != "'=1+1 GmbH" || table[2][4] != "far" || answer.Header.Get("Assent-Rows") != "2" {
		t.Errorf("csv: %v, %v, %v", err, answer.Header, table)
	}
	if name := answer.Header.Get("Content-Disposition"); !strings.HasPrefix(name, `attachment; filename="assent-`+s.site.ID+`-processing-`) || !strings.HasSuffix(name, `.csv"`) {
		t.Errorf("the file is called %s", name)
	}
	answer, body = s.admin(http.MethodGet, file+"html&language=de", nil, "Cookie", owner)
	if !bytes.Contains(body, []byte(`<html lang="de">`)) || !strings.HasPrefix(answer.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("html: %v %s", answer.Header, body)
	}
	if _, body = s.admin(http.MethodGet, file+"json", nil, "Cookie", owner); decode[schemas.Processing](t, body).Activities[1].Service != "far" {
		t.Errorf("json: %s", body)
	}
	for _, query := range []string{"", "xlsx", "csv&language=fr"} {
		if answer, body := s.admin(http.MethodGet, file+query, nil, "Cookie", owner); answer.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", query, answer.StatusCode, body)
		}
	}
	_, body = s.admin(http.MethodGet, "trail?what=export-processing&outcome=done", nil, "Cookie", owner)
	if acts := decode[schemas.Trail](t, body).Acts; len(acts) != 3 || acts[2].About != "processing csv" {
		t.Errorf("the trail tells %+v", acts)
	}
}
