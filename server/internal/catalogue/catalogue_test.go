package catalogue_test

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/net/publicsuffix"

	"assent/schemas"
	"assent/server/internal/catalogue"
)

func TestEveryFileIsAService(t *testing.T) {
	service, err := schemas.Compile("notice.schema.json#/$defs/service")
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(schemas.Catalogue, "catalogue/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		body, err := schemas.Catalogue.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err == nil {
			err = service.Validate(document)
		}
		if err != nil {
			t.Errorf("%s: %v", file, err)
		}
		id := strings.TrimSuffix(path.Base(file), ".json")
		if s, found := catalogue.Find(id); !found || s.ID != id {
			t.Errorf("%s is not found under its name", file)
		}
	}
	if len(files) != len(catalogue.All()) || len(files) < 70 {
		t.Errorf("%d files, %d services", len(files), len(catalogue.All()))
	}
}

func TestEveryServiceIsTold(t *testing.T) {
	kinds := map[string]bool{}
	for _, s := range catalogue.All() {
		kinds[s.Kind] = true
		for member, value := range map[string]string{"name": s.Name, "kind": s.Kind, "provider": s.Provider, "policy": s.Policy, "country": s.Country} {
			if value == "" {
				t.Errorf("%s has no %s", s.ID, member)
			}
		}
		if !slices.Contains([]string{"essential", "functional", "analytics", "marketing"}, s.Purpose) {
			t.Errorf("%s: purpose %q is not one that sites have", s.ID, s.Purpose)
		}
		// The page's own host serves Zaraz.
		if len(s.Hosts) == 0 && s.ID != "cloudflare-zaraz" {
			t.Errorf("%s has no hosts", s.ID)
		}
	}
	for _, kind := range []string{"analytics", "advertising", "social", "chat", "support", "video", "audio", "map", "fonts",
		"testing", "tag-manager", "replay", "forms", "messages", "reviews", "security", "payment", "performance"} {
		if !kinds[kind] {
			t.Errorf("no service of kind %s", kind)
		}
	}
}

func TestEveryHostHasOneOwner(t *testing.T) {
	owner := map[string]string{}
	for _, s := range catalogue.All() {
		for _, pattern := range s.Hosts {
			if other := owner[pattern]; other != "" {
				t.Errorf("%s belongs to %s and to %s", pattern, other, s.ID)
			}
			owner[pattern] = s.ID
			checkPattern(t, s, pattern)
		}
	}
}

// checkPattern finds patterns that would hit other people's hosts, and those that a wider one of the service covers.
func checkPattern(t *testing.T, s schemas.Service, pattern string) {
	t.Helper()
	host, _, _ := strings.Cut(strings.TrimPrefix(pattern, "*."), "/")
	if suffix, managed := publicsuffix.PublicSuffix(host); suffix == host && managed {
		t.Errorf("%s: %s takes in everyone below a public suffix", s.ID, pattern)
	}
	if !strings.Contains(host, ".") || strings.Contains(host, "*") {
		t.Errorf("%s: %s is not a host", s.ID, pattern)
	}
	example := strings.Replace(pattern, "*.", "x.", 1)
	if !strings.Contains(example, "/") {
		example += "/"
	}
	for _, other := range s.Hosts {
		if other != pattern && catalogue.Match(other, example) {
			t.Errorf("%s: %s is covered by %s", s.ID, pattern, other)
		}
	}
}

// A withdrawal clears these names on the site's own domain, where other software keeps its own.
func TestNoNameIsTheSitesOwn(t *testing.T) {
	firstParty := []string{"session", "sessionid", "sid", "PHPSESSID", "JSESSIONID", "connect.sid", "token", "auth-token", "csrftoken",
		"XSRF-TOKEN", "lang", "locale", "uid", "user", "user_id", "id", "cart", "theme", "cookieyes-consent", "assent", "test", "ts",
		"__Host-session", "__Secure-next-auth.session-token", "laravel_session", "wordpress_logged_in_1", "woocommerce_cart_hash",
		"_csrf", "_session_id", "api_token", "device_id", "consent", "settings", "i18n", "debug", "visitor_id", "stg_user", "fs_root", "fw_state", "tbl_users", "SL_lang",
		"beacon-queue", "CE_draft"}
	for _, s := range catalogue.All() {
		for _, pattern := range slices.Concat(s.Cookies, s.Storage) {
			if len(strings.ReplaceAll(pattern, "*", "")) < 2 {
				t.Errorf("%s: %q could be anyone's", s.ID, pattern)
			}
			for _, name := range firstParty {
				if matched, err := path.Match(pattern, name); err != nil || matched {
					t.Errorf("%s: %q clears %q (%v)", s.ID, pattern, name, err)
				}
			}
		}
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, address string
		want             bool
	}{
		{"example.com", "example.com/", true},
		{"example.com", "example.com/a?b", true},
		{"example.com", "example.com:8443/a", true},
		{"example.com", "www.example.com/", false},
		{"example.com", "example.com.evil/", false},
		{"example.com", "exampleXcom/", false},
		{"example.com", "evil.test/example.com/", false},
		{"*.example.com", "www.example.com/", true},
		{"*.example.com", "a.b.example.com/", true},
		{"*.example.com", "example.com/", false},
		{"*.example.com", "badexample.com/", false},
		{"*.example.com", "evil.test/a.example.com/", false},
		{"127.0.0.1:8080", "127.0.0.1:8080/", true},
		{"127.0.0.1:8080", "127.0.0.1:8081/", false},
		{"127.0.0.1:8080", "127.0.0.1/", false},
		{"example.com:443", "example.com/", true},
		{"example.com:443", "example.com:443/", true},
		{"example.com:443", "example.com:8443/", false},
		{"www.example.com/maps/", "www.example.com/maps/embed?pb=1", true},
		{"www.example.com/maps/", "www.example.com/mapsite", false},
		{"www.example.com/js?id=AW-", "www.example.com/js?id=AW-1", true},
		{"www.example.com/js?id=AW-", "www.example.com/js?id=G-1", false},
	} {
		if catalogue.Match(c.pattern, c.address) != c.want {
			t.Errorf("%s on %s: matched=%v", c.pattern, c.address, !c.want)
		}
	}
}

func TestWhoseRequestItIs(t *testing.T) {
	n := schemas.Notice{
		Purposes: []schemas.Purpose{{ID: "essential"}, {ID: "analytics"}, {ID: "marketing"}},
		Services: []schemas.Service{
			{ID: "own", Purpose: "analytics", Hosts: []string{"www.youtube.com", "*.cdn.example"}},
			{ID: "meta-pixel", Purpose: "analytics", Hosts: []string{"connect.facebook.net"}},
			{ID: "any-port", Purpose: "marketing", Hosts: []string{"tags.ports.test", "*.ports.test"}},
			{ID: "one-port", Purpose: "analytics", Hosts: []string{"tags.ports.test:8443", "*.tags.ports.test:8443"}},
		},
	}
	for address, want := range map[string]string{
		"x.cdn.example/a.js":                             "own analytics",
		"www.youtube.com/embed/1":                        "own analytics", // The owner's word counts.
		"tags.ports.test:8443/a.js":                      "one-port analytics",
		"tags.ports.test/a.js":                           "any-port marketing",
		"a.tags.ports.test:8443/a.js":                    "one-port analytics",
		"a.tags.ports.test:9443/a.js":                    "any-port marketing",
		"i.ytimg.com/vi/1":                               "youtube marketing",
		"connect.facebook.net/de_DE/sdk.js":              "meta-pixel analytics",
		"www.facebook.com/plugins/like.php":              "facebook marketing",
		"www.googletagmanager.com/gtm.js?id=GTM-1":       "google-tag-manager marketing",
		"www.googletagmanager.com/gtag/js?id=G-1":        "google-analytics analytics",
		"www.googletagmanager.com/gtag/js?id=AW-1":       "google-ads marketing",
		"region1.google-analytics.com/g/collect":         "google-analytics analytics",
		"stats.g.doubleclick.net/g/collect":              "google-analytics analytics",
		"googleads.g.doubleclick.net/pagead/id":          "google-ads marketing",
		"www.google.com/maps/embed?pb=1":                 "google-maps marketing", // No functional purpose here.
		"www.google.com/maps?q=Bremen&output=embed":      "google-maps marketing",
		"www.google.com/recaptcha/api.js":                "google-recaptcha marketing",
		"js.stripe.com/v3/":                              "stripe essential",
		"www.google.com/search?q=1":                      "",
		"shop.example/www.google-analytics.com/ga.js":    "",
		"notgoogle-analytics.com/":                       "",
		"ajax.googleapis.com/ajax/libs/jquery/jquery.js": "",
		"cdn.jsdelivr.net/npm/vue":                       "",
		"cdn.shopify.com/s/files/1/theme.css":            "",
		"www.gstatic.com/firebasejs/10.0.0/firebase.js":  "",
		"d1234567890abc.cloudfront.net/app.js":           "",
		"challenges.cloudflare.com/turnstile/v0/api.js":  "",
		"shop.example/cdn-cgi/zaraz/s.js":                "",
		"firebasestorage.googleapis.com/v0/b/x/o/logo":   "",
		"www.facebook.com.evil.test/tr?id=1":             "",
		"eu.posthog.example/array.js":                    "",
		"www.microsoft.com/favicon.ico":                  "",
	} {
		got := ""
		for _, h := range catalogue.Hosts(n) {
			if catalogue.Match(h.Pattern, address) {
				got = h.Service + " " + h.Purpose
				break
			}
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", address, got, want)
		}
	}
}

// What sites build on: libraries from public networks, sign-in, data, pictures. To hold it back would break their own code.
func TestNobodysRequestIsHeld(t *testing.T) {
	addresses := []string{
		"unpkg.com/react", "cdnjs.cloudflare.com/ajax/libs/x.js", "code.jquery.com/jquery.js", "cdn.skypack.dev/x", "esm.sh/x",
		"maxcdn.bootstrapcdn.com/x.css", "stackpath.bootstrapcdn.com/x.css", "ajax.aspnetcdn.com/x.js", "cdn.tailwindcss.com/",
		"cdn.statically.io/x", "s3.amazonaws.com/shop/x.js", "shop.s3.eu-central-1.amazonaws.com/x.js", "shop.azureedge.net/x.js",
		"shop.blob.core.windows.net/x", "shop.b-cdn.net/x.js", "shop.global.ssl.fastly.net/x.js", "shop.akamaized.net/x.js",
		"shop.edgesuite.net/x", "shop.r2.dev/x", "shop.pages.dev/x", "shop.workers.dev/x", "shop.vercel.app/x", "shop.netlify.app/x",
		"shop.web.app/x", "shop.firebaseapp.com/x", "shop.myshopify.com/cart.js", "shop.github.io/x", "raw.githubusercontent.com/x",
		"storage.googleapis.com/shop/x", "firestore.googleapis.com/x", "identitytoolkit.googleapis.com/x", "apis.google.com/js/api.js",
		"accounts.google.com/gsi/client", "www.google.com/", "www.gstatic.com/charts/loader.js", "lh3.googleusercontent.com/x",
		"translate.google.com/x", "login.microsoftonline.com/x", "graph.microsoft.com/x", "appleid.cdn-apple.com/x",
		"cdn.auth0.com/x", "shop.auth0.com/x", "shop.okta.com/x", "res.cloudinary.com/x", "shop.imgix.net/x", "images.ctfassets.net/x",
		"cdn.sanity.io/x", "images.prismic.io/x", "cdn.contentful.com/x", "a.storyblok.com/x", "static.wixstatic.com/x",
		"static1.squarespace.com/x", "i0.wp.com/x", "s.w.org/x", "secure.gravatar.com/x", "shop.algolia.net/x", "shop.supabase.co/x",
		"api.stripe.com/v1", "api.github.com/x", "static.cloudflare.com/x", "cloudflare.com/cdn-cgi/trace", "ws.pusher.com/x",
	}
	for _, h := range catalogue.Hosts(schemas.Notice{}) {
		for _, address := range addresses {
			if catalogue.Match(h.Pattern, address) {
				t.Errorf("%s holds back %s", h.Service, address)
			}
		}
	}
}

func TestFill(t *testing.T) {
	usual := []schemas.Purpose{{ID: "essential"}, {ID: "analytics"}, {ID: "marketing"}}
	full := append(slices.Clone(usual), schemas.Purpose{ID: "functional"})
	maps, _ := catalogue.Find("google-maps")
	if got := catalogue.Fill(schemas.Service{ID: "google-maps"}, full); got.Purpose != "functional" || !slices.Equal(got.Hosts, maps.Hosts) {
		t.Errorf("got %+v", got)
	}
	if got := catalogue.Fill(schemas.Service{ID: "google-maps"}, usual); got.Purpose != "marketing" {
		t.Errorf("without functional: purpose %q, want the stricter", got.Purpose)
	}
	own := catalogue.Fill(schemas.Service{ID: "google-maps", Purpose: "analytics", Provider: "Us", Hosts: []string{"maps.shop.example"}}, full)
	if own.Purpose != "analytics" || own.Provider != "Us" || !slices.Equal(own.Hosts, []string{"maps.shop.example"}) || own.Name != "Google Maps" {
		t.Errorf("the owner's members are lost: %+v", own)
	}
	if got := catalogue.Fill(schemas.Service{ID: "unknown"}, full); got.Name != "" || got.Purpose != "" {
		t.Errorf("an unknown service became %+v", got)
	}
}
