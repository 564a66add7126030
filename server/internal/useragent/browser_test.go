package useragent_test

import (
	"slices"
	"testing"

	"assent/server/internal/useragent"
)

func TestDescribe(t *testing.T) {
	const android = "Mozilla/5.0 (Linux; Android 14; SM-X910) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
	for userAgent, want := range map[string][2]string{
		"":                               {"", ""},
		chrome:                           {useragent.Desktop, "chrome"},
		chrome + " Edg/142.0":            {useragent.Desktop, "edge"},
		chrome + " OPR/120.0":            {useragent.Desktop, "opera"},
		android + "Safari/537":           {useragent.Tablet, "chrome"},
		android + "Mobile Safari/537.36": {useragent.Phone, "chrome"},
		android + "Mobile Safari/537.36 EdgA/142.0":                                             {useragent.Phone, "edge"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0":      {useragent.Desktop, "firefox"},
		"Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0":                  {useragent.Phone, "firefox"},
		"Mozilla/5.0 (Android 15; Tablet; rv:145.0) Gecko/145.0 Firefox/145.0":                  {useragent.Tablet, "firefox"},
		iPhone + "Version/18.6 Mobile/15E148 Safari/604.1":                                      {useragent.Phone, "safari"},
		iPhone + "CriOS/142.0.0.0 Mobile/15E148 Safari/604.1":                                   {useragent.Phone, "chrome"},
		iPhone + "Mobile/15E148 Instagram 390.0.0.0 (iPhone16,2; iOS 18_6; de_DE)":              {useragent.Phone, "in-app"},
		"Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1": {useragent.Tablet, "safari"},
		"Mozilla/5.0 (Linux; Android 14; SM-S911B) SamsungBrowser/28.0 Chrome/130.0 Mobile":     {useragent.Phone, "samsung"},
		"Lynx/2.9.0 libwww-FM/2.14":                                                             {useragent.Desktop, "other"},
	} {
		if device, browser := useragent.Describe(userAgent); [2]string{device, browser} != want {
			t.Errorf("%s: %s, %s, want %v", userAgent, device, browser, want)
		}
	}
}

// TestNothingElseIsTold: what is kept of an agent is one of few words, whatever it says.
func TestNothingElseIsTold(t *testing.T) {
	for _, userAgent := range append(slices.Clone(people), programs[1:]...) {
		device, browser := useragent.Describe(userAgent)
		if !slices.Contains(useragent.Devices, device) || !slices.Contains(useragent.Browsers, browser) {
			t.Errorf("%s: %q, %q", userAgent, device, browser)
		}
	}
}
