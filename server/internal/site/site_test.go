package site_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
	"assent/snippet"
)

func TestParseOrigin(t *testing.T) {
	for text, want := range map[string]string{
		"https://shop.example":            "https://shop.example",
		"HTTPS://Shop.Example:443/":       "https://shop.example",
		"http://shop.example:80":          "http://shop.example",
		"https://shop.example:8443":       "https://shop.example:8443",
		"https://bücher.example":          "https://xn--bcher-kva.example",
		"https://*.shop.example":          "https://*.shop.example",
		"http://127.0.0.1:8080":           "http://127.0.0.1:8080",
		"http://[::1]:3000":               "http://[::1]:3000",
		"http://[0:0:0:0:0:0:0:1]":        "http://[::1]",
		"http://localhost:*":              "http://localhost:*",
		"https://shop.example.":           "https://shop.example",
		"shop.example":                    "",
		"ftp://shop.example":              "",
		"https://":                        "",
		"https://shop.example/path":       "",
		"https://shop.example?x":          "",
		"https://user@shop.example":       "",
		"https://shop.example:99999":      "",
		"https://shop.example:*":          "",
		"https://*":                       "",
		"https://*.com":                   "",
		"https://*.co.uk":                 "",
		"https://*.*.shop.example":        "",
		"https://shop.*.example":          "",
		"https://[::zz]":                  "",
		"javascript://shop.example":       "",
		"https://shop.example:80\r\nX: y": "",
	} {
		got, err := site.ParseOrigin(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestOriginsAllow(t *testing.T) {
	origins := site.Origins{"https://shop.example", "https://*.shop.example", "http://localhost:*", "https://a.test:8443"}
	for header, want := range map[string]bool{
		"https://shop.example":          true,
		"https://www.shop.example":      true,
		"https://a.b.shop.example":      true,
		"http://localhost":              true,
		"http://localhost:5173":         true,
		"https://a.test:8443":           true,
		"":                              false,
		"null":                          false,
		"http://shop.example":           false,
		"https://shop.example:8443":     false,
		"https://evil-shop.example":     false,
		"https://evilshop.example":      false,
		"https://shop.example.evil":     false,
		"https://.shop.example":         false,
		"https://SHOP.example":          false,
		"https://www.shop.example:444":  false,
		"https://evil/.shop.example":    false,
		"https://evil:1@x.shop.example": false,
		"http://localhost:":             false,
		"http://localhost:0":            false,
		"http://localhost:080":          false,
		"http://localhost:*":            false,
		"http://localhost.evil:80":      false,
		"https://a.test":                false,
		"https://*.shop.example":        false,
	} {
		if origins.Allow(header) != want {
			t.Errorf("%q: allowed=%v", header, !want)
		}
	}
}

func TestNoticeCorpus(t *testing.T) {
	for verdict, valid := range map[string]bool{"valid": true, "invalid": false} {
		files, err := fs.Glob(schemas.Examples, "examples/"+verdict+"/notice.*.json")
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s examples: %v", verdict, err)
		}
		for _, file := range files {
			body, err := schemas.Examples.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			n, err := site.DecodeNotice(body)
			if err == nil {
				_, err = site.Complete(n, snippet.Texts())
			}
			if got := err == nil; got != valid {
				t.Errorf("%s: valid=%v (%v)", file, got, err)
			}
			var faults *consent.InvalidError
			if err != nil && !errors.As(err, &faults) {
				t.Errorf("%s: %v does not name a fault", file, err)
			}
		}
	}
}

// TestANoticeSaysEachThingOnce: of two members the schema sees the second, and encoding/json mixes both.
func TestANoticeSaysEachThingOnce(t *testing.T) {
	for _, body := range []string{
		`{"regime": "opt-in", "regime": "opt-out"}`,
		`{"services": [{"id": "s", "purpose": "marketing", "hosts": ["* *"]}], "services": [{"id": "s", "purpose": "marketing"}]}`,
		`{"texts": {"en": {"banner.title": "a", "banner.title": "b"}}}`,
	} {
		var invalid *consent.InvalidError
		if n, err := site.DecodeNotice([]byte(body)); !errors.As(err, &invalid) || !strings.Contains(err.Error(), "twice") {
			t.Errorf("%s: %+v, %v", body, n, err)
		}
	}
}

func TestWhatIsNoJSONIsToldWithItsPlace(t *testing.T) {
	for body, want := range map[string]string{
		"{\n  \"languages\": [\"en\",],\n}": "at line 2, column 22",
		"{\"texts\": {\"ü\": }}":            "at line 1, column 17",
		"{\n  \"regime\": \"auto\"\n":       "at line 3, column 1",
		"{\"regime\": \"au":                 "at line 1, column 15",
		"{}\n{}":                            "at line 2, column 1",
		"":                                  "at line 1, column 1",
		"# a notice\n{}":                    "at line 1, column 1",
		"{'regime': 'auto'}":                "at line 1, column 2",
	} {
		if _, err := site.DecodeNotice([]byte(body)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", body, err, want)
		}
	}
}

func TestANoticeIsItsHash(t *testing.T) {
	written := schemas.Notice{PrivacyPolicy: "https://shop.example/privacy?a=1&b=<2>"}
	complete, err := site.Complete(written, snippet.Texts())
	if err != nil {
		t.Fatal(err)
	}
	id, document, err := site.Canonical(complete)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(document), "controller") {
		t.Errorf("a member that is absent changes the ids of notices that were published before there was one: %s", document)
	}
	again, err := site.DecodeNotice(document)
	if err != nil {
		t.Fatal(err)
	}
	if complete, err = site.Complete(again, snippet.Texts()); err != nil {
		t.Fatal(err)
	}
	if sameID, _, err := site.Canonical(complete); err != nil || sameID != id {
		t.Errorf("a complete notice changes when completed again: %s, %s, %v", id, sameID, err)
	}
	if !strings.Contains(string(document), `"https://shop.example/privacy?a=1&b=<2>"`) {
		t.Error("canonical JSON escapes what need not be escaped")
	}
	complete.Texts["en"] = map[string]string{"x": "another"}
	if otherID, _, err := site.Canonical(complete); err != nil || otherID == id {
		t.Error("another text has the same id")
	}
}

func TestTheCatalogSeesANewSiteAndOutlivesTheStore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	store, err := embeddedstore.Open(ctx, t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := site.OpenCatalog(ctx, store, store)
	if err != nil {
		t.Fatal(err)
	}
	watched := make(chan struct{})
	go func() {
		catalog.Watch(ctx, slog.New(slog.DiscardHandler))
		close(watched)
	}()
	publisher := site.Publisher{Registry: store, Archive: store, Desk: store, Now: time.Now, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(), Try: func(string, string, schemas.Notice) error { return nil }}
	added, err := publisher.Add(ctx, site.New{Name: "Shop", Origins: []string{"https://Shop.example"}})
	if err != nil {
		t.Fatal(err)
	}
	for catalogSite := (schemas.Site{}); catalogSite.ID != added.ID; catalogSite, _ = catalog.Site(added.ID) {
		if t.Context().Err() != nil {
			t.Fatal("the site never appeared")
		}
		time.Sleep(10 * time.Millisecond)
	}
	id, notice, err := catalog.Current(ctx, added.ID)
	if err != nil || id != added.Notice || len(notice.Purposes) != 3 {
		t.Fatalf("current notice %q %+v: %v", id, notice.Purposes, err)
	}
	if _, err := catalog.Notice(ctx, "another", id); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("another site's notice is found: %v", err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := catalog.Site(added.ID); err != nil {
		t.Errorf("with the store away the site is forgotten: %v", err)
	}
	cancel()
	<-watched
}

func TestSitesThatVanishAreNotForgotten(t *testing.T) {
	registry := &emptied{}
	publisher := site.Publisher{Registry: registry, Archive: registry, Desk: registry, Now: time.Now, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(), Try: func(string, string, schemas.Notice) error { return nil }}
	var err error
	if registry.Store, err = embeddedstore.Open(t.Context(), t.TempDir(), time.Now); err != nil {
		t.Fatal(err)
	}
	defer registry.Close()
	added, err := publisher.Add(t.Context(), site.New{Name: "Shop", Origins: []string{"https://shop.example"}})
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := site.OpenCatalog(t.Context(), registry, registry)
	if err != nil || catalog.Stale() != nil {
		t.Fatal(err, catalog.Stale())
	}
	registry.empty = true
	if err := catalog.Refresh(t.Context()); err == nil || catalog.Stale() == nil {
		t.Error("nobody is told that the sites are gone")
	}
	if _, err := catalog.Site(added.ID); err != nil {
		t.Errorf("the site is forgotten: %v", err)
	}
	registry.empty = false
	if err := catalog.Refresh(t.Context()); err != nil || catalog.Stale() != nil {
		t.Errorf("restored, and still stale: %v", err)
	}
}

// emptied is a real store that can look as if somebody had emptied it.
type emptied struct {
	*embeddedstore.Store
	empty bool
}

func (e *emptied) Revision(ctx context.Context) (int64, error) {
	if e.empty {
		return 0, nil
	}
	return e.Store.Revision(ctx)
}

func TestASiteChangesInParts(t *testing.T) {
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	publisher := site.Publisher{Registry: store, Archive: store, Desk: store, Now: time.Now, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(), Try: func(string, string, schemas.Notice) error { return nil }}
	before, err := publisher.Add(t.Context(), site.New{Name: "Shop", Origins: []string{"https://shop.example"}})
	if err != nil {
		t.Fatal(err)
	}
	after, err := publisher.Change(t.Context(), before.ID, site.Change{Origins: []string{"https://new.example"}})
	if err != nil || after.Name != "Shop" || after.Notice != before.Notice || after.Origins[0] != "https://new.example" {
		t.Errorf("origins: %+v %v", after, err)
	}
	after, err = publisher.Change(t.Context(), before.ID, site.Change{Notice: &schemas.Notice{LifetimeDays: 90}})
	if err != nil || after.Notice == before.Notice || after.Origins[0] != "https://new.example" {
		t.Errorf("notice: %+v %v", after, err)
	}
	if _, err := store.Notice(t.Context(), before.ID, before.Notice); err != nil {
		t.Errorf("the earlier notice is gone: %v", err)
	}
	if stored, err := store.Site(t.Context(), before.ID); err != nil || stored.Notice != after.Notice {
		t.Errorf("stored %+v %v", stored, err)
	}
	if _, err := publisher.Change(t.Context(), "nosuchsite", site.Change{Name: "x"}); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("changed a site that is not there: %v", err)
	}
}

func TestANoticeThatCannotBeShownIsNotPublished(t *testing.T) {
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	broken := errors.New("cannot be built")
	publisher := site.Publisher{Registry: store, Archive: store, Desk: store, Now: time.Now, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(), Try: func(string, string, schemas.Notice) error { return broken }}
	if _, err := publisher.Add(t.Context(), site.New{Name: "Shop", Origins: []string{"https://shop.example"}}); !errors.Is(err, broken) {
		t.Errorf("published: %v", err)
	}
	if sites, err := store.Sites(t.Context()); err != nil || len(sites) != 0 {
		t.Errorf("left a trace: %v %v", sites, err)
	}
}

func TestABadSiteIsRefused(t *testing.T) {
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	publisher := site.Publisher{Registry: store, Archive: store, Desk: store, Now: time.Now, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(), Try: func(string, string, schemas.Notice) error { return nil }}
	for name, input := range map[string]site.New{
		"no name":    {Origins: []string{"https://shop.example"}},
		"no origin":  {Name: "Shop"},
		"bad origin": {Name: "Shop", Origins: []string{"shop.example"}},
		"bad name":   {Name: "Shop\x1b[2J", Origins: []string{"https://shop.example"}},
		"bad id":     {ID: "Shop!", Name: "Shop", Origins: []string{"https://shop.example"}},
		"bad notice": {Name: "Shop", Origins: []string{"https://shop.example"}, Notice: schemas.Notice{Languages: []string{"tlh"}}},
	} {
		var invalid *consent.InvalidError
		if _, err := publisher.Add(t.Context(), input); !errors.As(err, &invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if sites, err := store.Sites(t.Context()); err != nil || len(sites) != 0 {
		t.Errorf("refused sites left a trace: %v %v", sites, err)
	}
}

// FuzzDecodeNotice holds that a notice which is taken can be published, and is the same when it is read again.
func FuzzDecodeNotice(f *testing.F) {
	files, err := fs.Glob(schemas.Examples, "examples/*/notice.*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := schemas.Examples.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	texts := snippet.Texts()
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := site.DecodeNotice(body)
		if err != nil {
			return
		}
		complete, err := site.Complete(n, texts)
		if err != nil {
			return
		}
		id, document, err := site.Canonical(complete)
		if err != nil {
			t.Fatal(err)
		}
		again, err := site.DecodeNotice(document)
		if err != nil {
			t.Fatalf("what is published cannot be read: %v\n%s", err, document)
		}
		if same, _, err := site.Canonical(again); err != nil || same != id {
			t.Fatalf("read again it is another notice: %v\n%s", err, document)
		}
	})
}
