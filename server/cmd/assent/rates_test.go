package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

// expose tells that the notice came on screen of a browser and returns the server's word for it.
func (v visit) expose(t *testing.T, userAgent string) string {
	t.Helper()
	body, err := json.Marshal(schemas.Exposure{Notice: v.site.Notice, Event: "shown", Page: shopOrigin + "/cart"})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.server.url("/v1/sites/"+v.site.ID+"/exposures"), bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", shopOrigin)
	request.Header.Set("Content-Type", "text/plain")
	request.Header.Set("User-Agent", userAgent)
	answer, err := v.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var shown schemas.Shown
	if err := json.NewDecoder(answer.Body).Decode(&shown); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%d %v", answer.StatusCode, err)
	}
	return shown.Shown
}

// awaitRates lets two visitors be asked, one of them twice, of whom one answers; then it waits until the rates tell so. The
// site has four decisions of before, of visitors who were not asked.
func (v visit) awaitRates(t *testing.T, owner *http.Client) {
	t.Helper()
	v.expose(t, browser)
	v.expose(t, browser)
	d := v.decision()
	d.Action, d.Source, d.Shown = consent.AcceptAll, "banner", v.expose(t, browser+" other")
	v.insist(t, d)
	want := schemas.Answered{Decisions: 5, Accepted: 2, Refused: 2, Partial: 1, Views: 3, Asked: 2, FirstAccepted: 1, Ignored: 1}
	var got schemas.Rates
	for begun := time.Now(); got.Totals != want; time.Sleep(50 * time.Millisecond) {
		answer, err := owner.Get(v.server.url("/v1/admin/sites/" + v.site.ID + "/rates?tz=Asia/Kathmandu"))
		if err != nil {
			t.Fatal(err)
		}
		err = json.NewDecoder(answer.Body).Decode(&got)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("rates: %d %v", answer.StatusCode, err)
		}
		if time.Since(begun) > time.Minute {
			t.Fatalf("rates %+v, want %+v", got.Totals, want)
		}
	}
	if values := got.Values["page"]; len(values) != 1 || values[0] != shopOrigin+"/" || len(got.Purposes) != 2 {
		t.Errorf("%+v", got)
	}
}
