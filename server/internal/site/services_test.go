package site_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
	"assent/snippet"
)

func TestTheCatalogueFillsAServiceIn(t *testing.T) {
	complete, err := site.Complete(schemas.Notice{Services: []schemas.Service{
		{ID: "google-analytics"}, {ID: "google-maps"}, {ID: "hotjar", Purpose: "marketing"}, {ID: "forum", Purpose: "analytics"},
	}}, snippet.Texts())
	if err != nil {
		t.Fatal(err)
	}
	var purposes []string
	for _, s := range complete.Services {
		purposes = append(purposes, s.Purpose)
	}
	// Maps are functional, which this notice lacks; the owner moved Hotjar.
	if want := []string{"analytics", "marketing", "marketing", "analytics"}; !slices.Equal(purposes, want) {
		t.Errorf("purposes %v, want %v", purposes, want)
	}
	if len(complete.Purposes) != 3 {
		t.Errorf("a purpose was invented: %v", complete.Purposes)
	}
	analytics := complete.Services[0]
	if analytics.Name != "Google Analytics" || analytics.Adapter != "google" || !slices.Contains(analytics.Cookies, "_ga_*") {
		t.Errorf("got %+v", analytics)
	}
	if complete.Services[3].Name != "forum" {
		t.Errorf("a service of the owner's own is called %q", complete.Services[3].Name)
	}
}

func TestAServiceWithoutPurposeIsToldHow(t *testing.T) {
	_, err := site.Complete(schemas.Notice{Services: []schemas.Service{{ID: "forum"}}}, snippet.Texts())
	var invalid *consent.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Faults) != 1 || invalid.Faults[0].Pointer != "/services/0/purpose" ||
		!strings.Contains(invalid.Faults[0].Detail, `"forum" is not in the catalogue (see: assent services): give it a purpose`) {
		t.Errorf("got %v", err)
	}
}
