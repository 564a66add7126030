package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"assent/schemas"
)

// erasure asks for one as the visitor's own browser.
func (v visit) erasure(t *testing.T, secret string) (status int, body []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.server.url("/v1/sites/"+v.site.ID+"/erasures"), strings.NewReader(`{"secret":"`+secret+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", shopOrigin)
	request.Header.Set("Content-Type", "application/json")
	answer, err := v.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err = io.ReadAll(answer.Body); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, body
}

// erases has a visitor's own browser erase what it decided, which is gone then, and nothing of anybody else's.
func (v visit) erases(t *testing.T) {
	t.Helper()
	mine, other := v.decision(), v.decision()
	v.insist(t, mine)
	v.insist(t, other)
	for _, want := range []int{1, 0} {
		status, body := v.erasure(t, mine.Secret)
		var done schemas.Erasure
		if err := json.Unmarshal(body, &done); err != nil || status != http.StatusOK || done.Decisions != want || len(done.Receipts) != want {
			t.Errorf("%d %s, %v, want %d decisions", status, body, err, want)
		}
	}
	if status, body := v.server.get("/v1/receipts/" + mine.ID); status != http.StatusNotFound {
		t.Errorf("the receipt of what was erased: %d %s", status, body)
	}
	// It is in the audit trail within seconds of being recorded.
	for status := 0; status != http.StatusOK; time.Sleep(20 * time.Millisecond) {
		if t.Context().Err() != nil {
			t.Fatal("another one's receipt is gone")
		}
		status, _ = v.server.get("/v1/receipts/" + other.ID)
	}
}
