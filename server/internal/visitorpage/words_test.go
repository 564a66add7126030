package visitorpage_test

import (
	"testing"
	"time"

	"assent/server/internal/visitorpage"
)

func TestInstantsAreWrittenForEverybody(t *testing.T) {
	if got := visitorpage.Written(time.Date(2026, 11, 23, 23, 30, 0, 0, time.FixedZone("", -3600))); got != "2026-11-24, 00:30 UTC" {
		t.Error(got)
	}
}
