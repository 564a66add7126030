package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"assent/schemas"
)

// readsWithToken has the owner make a token, reads the rates and two files with it as a program does, and revokes it. The
// site has five decisions.
func (v visit) readsWithToken(t *testing.T, owner *http.Client) {
	t.Helper()
	body, err := json.Marshal(schemas.NewToken{Name: "Looker", Scopes: []string{"rates", "decisions"}, Sites: []string{v.site.ID}})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := owner.Post(v.server.url("/v1/admin/account/tokens"), "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var made schemas.MadeToken
	if err := json.NewDecoder(answer.Body).Decode(&made); err != nil || answer.StatusCode != http.StatusCreated {
		t.Fatalf("making a token: %d %v", answer.StatusCode, err)
	}
	var rates schemas.Rates
	if err := json.Unmarshal(v.readWith(t, made.Value, http.StatusOK, "rates"), &rates); err != nil || rates.Totals.Decisions != 5 {
		t.Errorf("rates: %+v, %v", rates.Totals, err)
	}
	if rows, err := csv.NewReader(bytes.NewReader(v.readWith(t, made.Value, http.StatusOK, "exports/rates?format=csv&each=day"))).ReadAll(); err != nil || len(rows) != 31 {
		t.Errorf("rates as a file: %d rows, %v", len(rows), err)
	}
	// They get to the ledger with the next shipment.
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		rows, err := csv.NewReader(bytes.NewReader(v.readWith(t, made.Value, http.StatusOK, "exports/decisions?format=csv"))).ReadAll()
		if err == nil && len(rows) == 1+5 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("decisions as a file: %d rows, %v", len(rows), err)
		}
	}
	v.readWith(t, made.Value, http.StatusForbidden, "publications")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, v.server.url("/v1/admin/account/tokens/"+made.Token.ID), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err = owner.Do(request); err != nil || answer.StatusCode != http.StatusNoContent {
		t.Fatalf("revoking: %v, %v", answer, err)
	}
	answer.Body.Close()
	v.readWith(t, made.Value, http.StatusUnauthorized, "rates")
}

// readWith asks for something of the site with a token.
func (v visit) readWith(t *testing.T, token string, status int, what string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.server.url("/v1/admin/sites/"+v.site.ID+"/"+what), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := v.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != status {
		t.Fatalf("%s with a token: %d %s, %v, want %d", what, answer.StatusCode, body, err, status)
	}
	return body
}
