package consent_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"assent/server/internal/consent"
)

// FuzzStoredTexts holds what reads stored answers and names against encoding/json, whose words errors are in too.
func FuzzStoredTexts(f *testing.F) {
	for _, text := range []string{
		`{}`, `{"analytics":true}`, `{"analytics":true,"marketing":false}`, `{"a":true,"a":false}`, `{"":false}`, `{"a":true,}`, `{"a":true`, `{`, ``, `}`,
		`{"a": true}`, ` {}`, `{"a":null}`, `{"a":1}`, `{"\u0061":true}`, `{"ü":true}`, "{\"\xff\":true}", "{\"\n\":true}", `{"a":truefalse}`, `{"a":true}}`, `{,}`,
		`null`, `[]`, `["a"]`, `["a","b"]`, `["a",]`, `["a"`, `[`, `]`, `["\n"]`, "[\"\t\"]", `["a" ,"b"]`, `[1]`, `[null]`, `["a"]]`, `[,]`,
		"{\"\x7f\":true}", `{"a\":true}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var wantAnswers map[string]bool
		wantErr := json.Unmarshal([]byte(text), &wantAnswers)
		if got, err := consent.ReadAnswers(text); !reflect.DeepEqual(got, wantAnswers) || !reflect.DeepEqual(err, wantErr) {
			t.Errorf("answers %q: %#v, %v, want %#v, %v", text, got, err, wantAnswers, wantErr)
		}
		var wantNames []string
		wantErr = json.Unmarshal([]byte(text), &wantNames)
		if got, err := consent.ReadNames(text); !reflect.DeepEqual(got, wantNames) || !reflect.DeepEqual(err, wantErr) {
			t.Errorf("names %q: %#v, %v, want %#v, %v", text, got, err, wantNames, wantErr)
		}
	})
}
