package snippetbuild

import (
	"bytes"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"maps"
	"regexp"
	"testing"

	"assent/schemas"
	"assent/server/internal/colour"
	"assent/server/internal/consent"
)

// usual is a site with the default purposes, an analytics service, a pixel and a video, all fully described, the default
// look, and the default languages, of which German is fetched on demand.
func usual() Input {
	return Input{Site: "shop1", NoticeID: "pZGm1Av0IEBKARczz7exkNYsZb8LzaMrV7J32a2fFG4", Notice: schemas.Notice{
		Purposes: []schemas.Purpose{{ID: essential}, {ID: "analytics"}, {ID: "marketing"}},
		Services: []schemas.Service{
			{ID: "google-analytics", Purpose: "analytics", Name: "Google Analytics", Provider: "Google Ireland Ltd",
				Hosts: []string{"www.googletagmanager.com", "*.google-analytics.com"}, Cookies: []string{"_ga", "_ga_*", "_gid"},
				Storage: []string{"_ga*"}, Country: "US", Safeguard: "adequacy", Retention: "P13M",
				Policy: "https://policies.google.com/privacy", Adapter: "google"},
			{ID: "meta-pixel", Purpose: "marketing", Name: "Meta Pixel", Provider: "Meta Platforms Ireland Ltd",
				Cookies: []string{"_fbp", "_fbc"}, Country: "US", Safeguard: "adequacy", Retention: "P90D",
				Policy: "https://www.facebook.com/privacy/policy/"},
			{ID: "youtube", Purpose: "marketing", Name: "YouTube", Provider: "Google Ireland Ltd", Country: "US",
				Safeguard: "adequacy", Retention: "P6M", Policy: "https://policies.google.com/privacy"},
		},
		Languages:     []string{"en", "de"},
		Look:          schemas.Look{Layout: "bar", Accent: "#0b57d0"},
		PrivacyPolicy: "https://shop.example/privacy",
		LifetimeDays:  180,
	}}
}

func build(t *testing.T, change func(*Input)) Script {
	t.Helper()
	in := usual()
	change(&in)
	s, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSizeOfUsualSite(t *testing.T) {
	// Bytes of brotli: DESIGN 5.4's usual site, which is three purposes, annotated tags, Consent Mode, one language, the
	// default look and the preferences; the same with three services to choose from, clear away and tell Google of; what
	// comes when the preferences are opened.
	const budget, servicesBudget, partBudget = 7000, 7900, 3500
	english := func(in *Input) { in.Notice.Languages = []string{"en"} }
	plain := build(t, func(in *Input) { english(in); in.Notice.Services = nil })
	if len(plain.Brotli) > budget {
		t.Errorf("the script of a site with three purposes is %d bytes brotli, budget %d", len(plain.Brotli), budget)
	}
	t.Logf("three purposes: %d bytes, gzip %d, brotli %d", len(plain.Identity), len(plain.Gzip), len(plain.Brotli))
	whole := build(t, english)
	if len(whole.Brotli) > servicesBudget {
		t.Errorf("the script of a site with three services is %d bytes brotli, budget %d", len(whole.Brotli), servicesBudget)
	}
	if size := len(whole.Parts["visitor"].Brotli); size > partBudget {
		t.Errorf("its part for visitors is %d bytes brotli, budget %d", size, partBudget)
	}
	t.Logf("three services: %d bytes, gzip %d, brotli %d", len(whole.Identity), len(whole.Gzip), len(whole.Brotli))
	for name, part := range whole.Parts {
		t.Logf("its part %-31s %d", name, len(part.Brotli))
	}
	whole = build(t, func(*Input) {})
	for name, change := range map[string]func(*Input){
		"services":          func(in *Input) { in.Notice.Services = nil },
		"Google's services": func(in *Input) { in.Notice.Services[0].Adapter = "" },
		"clearing cookies and storage": func(in *Input) {
			for i := range in.Notice.Services {
				in.Notice.Services[i].Cookies, in.Notice.Services[i].Storage = nil, nil
			}
		},
		"privacy signal": func(in *Input) {
			in.Notice.Purposes[2].ID = "ads"
			in.Notice.Services[1].Purpose, in.Notice.Services[2].Purpose = "ads", "ads"
		},
		"German instead of Chinese": func(in *Input) { in.Notice.Languages = []string{"en", "zh"} },
		"further languages":         english,
		"layout box instead of bar": func(in *Input) { in.Notice.Look.Layout = "box" },
		"German instead of English": func(in *Input) { in.Notice.Languages = []string{"de"} },
	} {
		without := build(t, change)
		t.Logf("%-40s %+d", name, len(whole.Brotli)-len(without.Brotli))
	}
	for name, change := range map[string]func(*Input){
		"opt-out":        func(in *Input) { in.Notice.Regime = consent.OptOut },
		"notice-only":    func(in *Input) { in.Notice.Regime = consent.NoticeOnly },
		"child-directed": func(in *Input) { in.Notice.Regime = consent.ChildDirected },
		"shared cookie":  func(in *Input) { in.Notice.CookieDomain = "shop.example" },
	} {
		with := build(t, change)
		t.Logf("%-40s %+d", name, len(with.Brotli)-len(whole.Brotli))
	}
	for name, change := range map[string]func(*Input){
		"a signal that yields": func(in *Input) { in.Notice.GpcYields = true },
		"its regime by name":   func(in *Input) { in.Notice.Regime = consent.OptIn },
	} {
		if same := build(t, change); !bytes.Equal(same.Identity, whole.Identity) {
			t.Errorf("%s changes the script of a site that asks first", name)
		}
	}
}

// Threat B5.3
func TestBuildIsDeterministic(t *testing.T) {
	first := build(t, func(*Input) {})
	for range 3 {
		again := build(t, func(*Input) {})
		if again.Hash != first.Hash || again.SRI != first.SRI || !bytes.Equal(again.Brotli, first.Brotli) ||
			!bytes.Equal(again.Gzip, first.Gzip) || !maps.EqualFunc(again.Languages, first.Languages, bytes.Equal) {
			t.Fatal("the same notice made another script")
		}
	}
	sum := sha512.Sum384(first.Identity)
	if want := "sha384-" + base64.StdEncoding.EncodeToString(sum[:]); first.SRI != want {
		t.Errorf("SRI %s, want %s", first.SRI, want)
	}
	if !bytes.Contains(first.Identity, []byte(first.Hash)) || bytes.Contains(first.Identity, []byte(placeholder)) {
		t.Error("the script does not know its own address")
	}
}

func TestTheControllerIsNotInTheScript(t *testing.T) {
	named := build(t, func(in *Input) {
		in.Notice.Controller = schemas.Controller{Name: "Shop GmbH", Address: "Musterstraße 1", Contact: "a@shop.example"}
	})
	if plain := build(t, func(*Input) {}); named.Hash != plain.Hash || !bytes.Equal(named.Identity, plain.Identity) {
		t.Error("the controller, which receipts alone tell, makes another script")
	}
}

func TestHashCoversFurtherLanguages(t *testing.T) {
	other := build(t, func(in *Input) {
		in.Notice.Texts = map[string]map[string]string{"de": {"banner.title": "Anders"}}
	})
	if other.Hash == build(t, func(*Input) {}).Hash {
		t.Error("another translation kept the address that is cached for ever")
	}
}

// ASVS 1.2.3
// Threat B5.4
func TestHostileTextsStayTexts(t *testing.T) {
	hostile := "</script><script>alert(1)</script><!--\u2028\u2029\"'`\\${1}"
	s := build(t, func(in *Input) {
		in.Notice.Texts = map[string]map[string]string{"en": {"banner.title": hostile}, "de": {"banner.title": hostile}}
		in.Notice.Services[0].Name = hostile
	})
	for _, part := range [][]byte{s.Identity, s.Languages["de"]} {
		for _, danger := range []string{"</script", "\u2028", "\u2029"} {
			if bytes.Contains(part, []byte(danger)) {
				t.Errorf("%q reached the output", danger)
			}
		}
	}
	var german map[string]any
	if err := json.Unmarshal(s.Languages["de"], &german); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, value := range german {
		found = found || value == hostile
	}
	if !found {
		t.Error("the text did not survive its encoding")
	}
}

func TestPaletteIsReadable(t *testing.T) {
	themes := []schemas.Look{{}, {Background: "#fff8f0", Text: "#6b3e33", DarkBackground: "#0057b8", DarkText: "#ffd700"},
		{Background: "#101010", Text: "#808080", DarkBackground: "#ffffff", DarkText: "#767676"}}
	for _, accent := range []string{"#0b57d0", "#ffeb3b", "#000000", "#ffffff", "#808080", "#ff0000", "#00c853"} {
		for _, look := range themes {
			look.Accent = accent
			light, dark, err := palettes(look)
			if err != nil {
				t.Fatal(err)
			}
			for _, declared := range []string{light, dark} {
				checkPalette(t, declared)
			}
		}
	}
}

func checkPalette(t *testing.T, declared string) {
	t.Helper()
	found := map[string]colour.Colour{}
	for _, m := range regexp.MustCompile(`([\w-]+):(#\w+)`).FindAllStringSubmatch(declared, -1) {
		c, err := colour.Parse(m[2])
		if err != nil {
			t.Fatal(err)
		}
		found[m[1]] = c
	}
	if _, own := found["--assent-l"]; !own {
		found["--assent-l"] = found["--assent-a"] // As the sheet has it then.
	}
	for _, pair := range [][2]string{{"--assent-t", "--assent-a"}, {"--assent-l", "--assent-b"}, {"--assent-m", "--assent-b"}, {"color", "--assent-b"}} {
		if ratio := colour.Contrast(found[pair[0]], found[pair[1]]); ratio < colour.Readable {
			t.Errorf("%s: %s on %s has contrast %.2f", declared, pair[0], pair[1], ratio)
		}
	}
}

// Threat B5.4
func TestFaultyNoticeIsRefused(t *testing.T) {
	for name, change := range map[string]func(*Input){
		"no language":      func(in *Input) { in.Notice.Languages = nil },
		"no lifetime":      func(in *Input) { in.Notice.LifetimeDays = 0 },
		"layout":           func(in *Input) { in.Notice.Look.Layout = "../base" },
		"accent":           func(in *Input) { in.Notice.Look.Accent = "red;}" },
		"policy":           func(in *Input) { in.Notice.PrivacyPolicy = "javascript:alert(1)" },
		"service's policy": func(in *Input) { in.Notice.Services[0].Policy = "javascript:alert(1)" },
	} {
		in := usual()
		change(&in)
		if _, err := Build(in); err == nil {
			t.Errorf("%s: built", name)
		}
	}
}
