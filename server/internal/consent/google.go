package consent

import (
	"slices"

	"assent/schemas"
)

// IsGoogle reports whether a service is told of choices by Google's Consent Mode.
func IsGoogle(s schemas.Service) bool {
	return slices.Contains([]string{"google", "google-tag-manager", "adsense"}, s.Adapter)
}

// LoadsDenied reports whether a service's tags load before any grant, with everything denied: Google's in advanced mode.
func LoadsDenied(n schemas.Notice, s schemas.Service) bool {
	return n.ConsentMode == "advanced" && IsGoogle(s) && n.Regime != ChildDirected
}
