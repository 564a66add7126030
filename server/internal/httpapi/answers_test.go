package httpapi

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assent/schemas"
)

func TestAnswersByHandAreThoseOfEncodingJSON(t *testing.T) {
	choice := schemas.Choice{
		Purposes: map[string]bool{"marketing": false, "essential": true, "a \"quoted\" ü\n": true}, Services: map[string]bool{"youtube": true},
		Action: "save", Notice: "n\u2028<&>", ExpiresAt: time.Date(2027, 1, 2, 3, 4, 5, 678000, time.UTC),
	}
	for _, c := range []schemas.Choice{choice, {Purposes: map[string]bool{}, Services: map[string]bool{}}} {
		recorded := schemas.Recorded{ID: "i", Subject: "s", RecordedAt: choice.ExpiresAt, Receipt: "/v1/receipts/i", Choice: c}
		equalJSON(t, appendRecorded(nil, recorded), recorded)
		current := schemas.Current{Subject: "s\xff", RecordedAt: choice.ExpiresAt.Truncate(time.Second), Choice: c}
		equalJSON(t, appendCurrent(nil, current), current)
	}
	// A member that joins is written by hand as well.
	for answer, members := range map[reflect.Type]int{
		reflect.TypeFor[schemas.Recorded](): 5, reflect.TypeFor[schemas.Current](): 3, reflect.TypeFor[schemas.Choice](): 5,
	} {
		if answer.NumField() != members {
			t.Errorf("%s has %d members, of which %d are written", answer, answer.NumField(), members)
		}
	}
}

func equalJSON(t *testing.T, got []byte, value any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var want, read any
	if err := json.Unmarshal(got, &read); err != nil {
		t.Fatalf("%s: %v", got, err)
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, read); diff != "" {
		t.Errorf("%s: %s", got, diff)
	}
}
