package noticepage

import (
	"regexp"
	"strconv"

	"assent/server/internal/visitorpage"
)

var durationParts = regexp.MustCompile(`^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?$`)

// durationOf is an ISO 8601 duration in words: months where it has years or months alone, else days. What it cannot read it
// leaves as it is.
func durationOf(w visitorpage.Words, iso string) string {
	parts := durationParts.FindStringSubmatch(iso)
	if parts == nil || iso == "P" {
		return iso
	}
	var counts [4]int
	for i, text := range parts[1:] {
		if text == "" {
			continue
		}
		count, err := strconv.Atoi(text)
		if err != nil { // More digits than a number has.
			return iso
		}
		counts[i] = count
	}
	months, days := 12*counts[0]+counts[1], 7*counts[2]+counts[3]
	switch {
	case days == 0 && months > 1:
		return w.Fill("kept.months", "n", strconv.Itoa(months))
	case days == 1 && months == 0:
		return "24 h"
	default:
		return w.Fill("kept.days", "n", strconv.Itoa(30*months+days))
	}
}
