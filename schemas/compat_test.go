package schemas_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"testing"

	"assent/schemas"
)

func TestToolsAreThoseOfTheNotice(t *testing.T) {
	var notice struct {
		Properties struct {
			Compat struct {
				Items struct {
					Enum []string `json:"enum"`
				} `json:"items"`
			} `json:"compat"`
		} `json:"properties"`
	}
	body, err := schemas.JSON.ReadFile("notice.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &notice); err != nil {
		t.Fatal(err)
	}
	tools := schemas.Tools()
	want := slices.Sorted(slices.Values(notice.Properties.Compat.Items.Enum))
	if got := slices.Sorted(maps.Keys(tools)); !slices.Equal(got, want) {
		t.Errorf("compat.json describes %v, the notice allows %v", got, want)
	}
	for id, tool := range tools {
		if tool.Name == "" || tool.Attribute == "" || len(tool.Addresses) == 0 || len(tool.Loaders) == 0 {
			t.Errorf("%s lacks a fact: %+v", id, tool)
		}
		if re, err := regexp.Compile(tool.Value); err != nil || tool.Value != "" && re.NumSubexp() != 1 {
			t.Errorf("%s: value %q: want an expression with one group (%v)", id, tool.Value, err)
		}
	}
}
