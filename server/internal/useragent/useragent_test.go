package useragent_test

import (
	"strings"
	"testing"

	"assent/server/internal/useragent"
)

const (
	chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
	iPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
)

var people = []string{
	chrome,
	chrome + " Edg/142.0.0.0",
	chrome + " OPR/120.0.0.0",
	chrome + " YaBrowser/25.8.0.0",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
	iPhone + "Version/18.6 Mobile/15E148 Safari/604.1",
	iPhone + "CriOS/142.0.0.0 Mobile/15E148 Safari/604.1",
	iPhone + "GSA/380.0 Mobile/15E148 Safari/604.1",
	iPhone + "Version/18.6 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
	iPhone + "Mobile/15E148 [FBAN/FBIOS;FBAV/520.0;FBBV/1;FBDV/iPhone16,2;FBMD/iPhone;FBSN/iOS]",
	iPhone + "Mobile/15E148 [LinkedInApp]/9.30",
	iPhone + "Mobile/15E148 [Pinterest/iOS]",
	iPhone + "Mobile/15E148 Instagram 390.0.0.0 (iPhone16,2; iOS 18_6; de_DE)",
	"Mozilla/5.0 (Linux; Android 12; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
	"Mozilla/5.0 (Linux; Android 9; CUBOT/P30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.0.0 Mobile Safari/537.36",
	"Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
	"Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/8.0 TV Safari/537.36",
	chrome + " Slack_SSB/4.46.0",
	"Lynx/2.9.0 libwww-FM/2.14",
}

var programs = []string{
	"",
	"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
	"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/142.0.0.0 Safari/537.36",
	"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.3; +https://openai.com/gptbot)",
	"Mozilla/5.0 (compatible; NobodyKnowsMe/0.1; +https://nobody.example/)",
	strings.Replace(chrome, "Chrome", "HeadlessChrome", 1),
	chrome + " Chrome-Lighthouse",
	"facebookexternalhit/1.1",
	"Mozilla/5.0 (compatible; UptimeRobot/2.0)",
	"curl/8.5.0", "Wget/1.21.4", "python-requests/2.32.3", "Python-urllib/3.12", "Go-http-client/1.1", "okhttp/4.12.0", "axios/1.7.7",
	"node", "Java/17.0.9", "PostmanRuntime/7.43.0", "GOOGLEBOT",
}

func TestIsBot(t *testing.T) {
	for _, person := range people {
		if useragent.IsBot(person) {
			t.Errorf("a person is taken for a program: %s", person)
		}
	}
	for _, program := range programs {
		if !useragent.IsBot(program) {
			t.Errorf("a program is taken for a person: %s", program)
		}
	}
}

func TestLookingCostsNoMemory(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { useragent.IsBot(chrome) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzIsBot holds that what is found is found in any case and whatever follows.
func FuzzIsBot(f *testing.F) {
	for _, seed := range append(people, programs...) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, userAgent string) {
		is := useragent.IsBot(userAgent)
		if is && userAgent != "" && !useragent.IsBot(userAgent+" (X11)") {
			t.Fatalf("%q is a program, and not when something follows", userAgent)
		}
		shouted := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return r - 'a' + 'A'
			}
			return r
		}, userAgent)
		if len(shouted) == len(userAgent) && useragent.IsBot(shouted) != is {
			t.Fatalf("%q and %q differ", userAgent, shouted)
		}
	})
}

func BenchmarkIsBot(b *testing.B) {
	for range b.N {
		useragent.IsBot(chrome)
	}
}
