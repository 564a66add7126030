package consent

import (
	"maps"
	"slices"

	"assent/schemas"
)

// withhold says no to those services of a notice that are suspended and that the answers would grant. It reports whether
// there are any.
func withhold(purposes, services map[string]bool, n schemas.Notice, suspended []string) (some bool) {
	for _, s := range n.Services {
		answer, apart := services[s.ID]
		if !apart {
			answer = purposes[s.Purpose]
		}
		if answer && slices.Contains(suspended, s.ID) {
			services[s.ID], some = false, true
		}
	}
	return some
}

// Withhold returns a choice as it is to be acted on while services of the site's notice are suspended, whatever was granted
// before.
func Withhold(c schemas.Choice, n schemas.Notice, suspended []string) schemas.Choice {
	if len(suspended) == 0 {
		return c
	}
	if c.Services = maps.Clone(c.Services); c.Services == nil {
		c.Services = map[string]bool{}
	}
	withhold(c.Purposes, c.Services, n, suspended)
	return c
}
