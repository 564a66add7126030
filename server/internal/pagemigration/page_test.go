package pagemigration_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assent/schemas"
	"assent/server/internal/pagemigration"
)

var update = flag.Bool("update", false, "write the golden files")

const ourTag = `<script async src="https://assent.example/s/shop1.js"></script>`

func options() pagemigration.Options {
	return pagemigration.Options{Tag: ourTag, Notice: schemas.Notice{
		Purposes: []schemas.Purpose{{ID: "essential"}, {ID: "functional"}, {ID: "analytics"}, {ID: "marketing"}},
		Services: []schemas.Service{
			{ID: "youtube", Purpose: "marketing", Name: "YouTube", Hosts: []string{"www.youtube.com", "www.youtube-nocookie.com"}},
			{ID: "own-stats", Purpose: "analytics", Name: "Own Stats", Hosts: []string{"stats.shop.example"}},
			{ID: "pay", Purpose: "essential", Name: "Pay", Hosts: []string{"pay.example"}},
		},
		Exempt: []string{"fonts.gstatic.com"},
	}}
}

func rewrite(t *testing.T, page string) pagemigration.Result {
	t.Helper()
	result, err := pagemigration.New(options()).Rewrite([]byte(page), false)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// TestGolden rewrites testdata/NAME.html to testdata/NAME.golden, with the warnings behind it.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.html")
	if err != nil || len(files) < 9 {
		t.Fatalf("%d pages: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			page, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			result := rewrite(t, string(page))
			got := string(result.Page) + "---\n" + told(result)
			golden := strings.TrimSuffix(file, ".html") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("page (-want +got):\n%s", diff)
			}
			if again := rewrite(t, string(result.Page)); string(again.Page) != string(result.Page) || len(again.Changes) != 0 {
				t.Errorf("a second run changes it again:\n%s", again.Diff(file))
			}
			patched(t, page, result)
		})
	}
}

// told returns the warnings, one a line.
func told(result pagemigration.Result) string {
	lines := make([]string, len(result.Warnings))
	for i, w := range result.Warnings {
		lines[i] = fmt.Sprintf("line %d: %s", w.Line, w.Text)
	}
	return strings.Join(lines, "\n") + "\n"
}

// patched holds the diff to what patch(1) makes of it.
func patched(t *testing.T, page []byte, result pagemigration.Result) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, page, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("git", "apply", "--unidiff-zero", "--whitespace=nowarn", "-p1", "-")
	command.Dir = filepath.Dir(file)
	command.Stdin = strings.NewReader(result.Diff("page.html"))
	if out, err := command.CombinedOutput(); err != nil && len(result.Changes) > 0 {
		t.Fatalf("git apply: %v\n%s\n%s", err, out, result.Diff("page.html"))
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(result.Page) {
		t.Errorf("the diff makes another page:\n%s", got)
	}
}

func TestMarkup(t *testing.T) {
	youtube := `https://www.youtube.com/embed/1`
	cases := []struct{ name, page, want string }{
		{"upper case", `<IFRAME SRC="` + youtube + `"></IFRAME>`, `<IFRAME data-assent="youtube" data-src="` + youtube + `"></IFRAME>`},
		{"single quotes", `<iframe src='` + youtube + `'>`, `<iframe data-assent="youtube" data-src='` + youtube + `'>`},
		{"no quotes", `<iframe src=` + youtube + ` id=x>`, `<iframe data-assent="youtube" data-src=` + youtube + ` id=x>`},
		{"without scheme", `<img src="//www.youtube.com/a.gif">`, `<img data-assent="youtube" data-src="//www.youtube.com/a.gif">`},
		{"entities", `<img src="https&#58;//www.youtube.com/a.gif">`, `<img data-assent="youtube" data-src="https&#58;//www.youtube.com/a.gif">`},
		{"a module", `<script type=module src=//stats.shop.example/a.js></script>`, `<script data-assent="own-stats" type="text/plain" data-type="module" src=//stats.shop.example/a.js></script>`},
		{"a catalogue's service", `<script async src="https://connect.facebook.net/en_US/fbevents.js"></script>`, `<script data-assent="marketing" type="text/plain" async src="https://connect.facebook.net/en_US/fbevents.js"></script>`},
		{"an inline script", `<script>var s='https://www.youtube.com/iframe_api'</script>`, `<script data-assent="youtube" type="text/plain">var s='https://www.youtube.com/iframe_api'</script>`},
		{"an end tag in a string", `<script>var s="<\/script><iframe src='` + youtube + `'>"</script><iframe src="` + youtube + `">`, `<script data-assent="youtube" type="text/plain">var s="<\/script><iframe src='` + youtube + `'>"</script><iframe data-assent="youtube" data-src="` + youtube + `">`},
		{"a picture set", `<img srcset="//www.youtube.com/a.gif 2x" src="//www.youtube.com/a.gif">`, `<img data-assent="youtube" data-srcset="//www.youtube.com/a.gif 2x" data-src="//www.youtube.com/a.gif">`},
		{"a hint", `<link rel="preconnect" href="https://www.youtube.com">`, `<link data-assent="youtube" rel="preconnect" data-href="https://www.youtube.com">`},
		{"template code in an address", `<iframe src="https://www.youtube.com/embed/{{ id|escape }}">`, `<iframe data-assent="youtube" data-src="https://www.youtube.com/embed/{{ id|escape }}">`},
		{"PHP with an arrow", `<?php echo $a->b('<iframe src="` + youtube + `">'); ?><iframe src="` + youtube + `">`, `<?php echo $a->b('<iframe src="` + youtube + `">'); ?><iframe data-assent="youtube" data-src="` + youtube + `">`},
		{"Blade with quotes", `<iframe src="https://www.youtube.com/embed/{!! $a["id"] !!}">`, `<iframe data-assent="youtube" data-src="https://www.youtube.com/embed/{!! $a["id"] !!}">`},
		{"PHP that is never closed", `<iframe src="` + youtube + `"><?= '<iframe src="` + youtube + `">'`, `<iframe data-assent="youtube" data-src="` + youtube + `"><?= '<iframe src="` + youtube + `">'`},
		{"an attribute twice", `<iframe src="` + youtube + `" src="/own">`, `<iframe data-assent="youtube" data-src="` + youtube + `" data-was-src="/own">`},
		{"a place that is taken", `<iframe data-src=a data-src=b src="` + youtube + `">`, `<iframe data-assent="youtube" data-was-data-src=a data-was-data-src=b data-src="` + youtube + `">`},
		{"in a template", `<template><iframe src="` + youtube + `"></iframe></template>`, `<template><iframe data-assent="youtube" data-src="` + youtube + `"></iframe></template>`},
		{"ERB around an attribute", `<iframe <%= "a>b" %> src="` + youtube + `">`, `<iframe data-assent="youtube" <%= "a>b" %> data-src="` + youtube + `">`},
	}
	for _, c := range cases {
		if got := string(rewrite(t, c.page).Page); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		if again := rewrite(t, c.want); string(again.Page) != c.want {
			t.Errorf("%s: again: %s", c.name, again.Page)
		}
	}
}

func TestEverythingElseStays(t *testing.T) {
	for _, page := range []string{
		"", "\ufeff<!DOCTYPE html>\r\n<html>\r\n<p class=x >a &amp b</P\r\n>", "<div cl", "<script>x", "<!-- <iframe src=https://www.youtube.com/> -->",
		`<a href="https://www.youtube.com/">x</a><link rel="canonical" href="https://www.youtube.com/">`,
		`<iframe src="/own"></iframe><script src="https://pay.example/a.js"></script><link rel=stylesheet href="https://fonts.gstatic.com/a.css">`,
		`<script type="application/ld+json">{"url": "https://www.youtube.com/"}</script>`,
		`<textarea><iframe src="https://www.youtube.com/"></textarea>`, `<?php $x = "<script src='https://www.youtube.com/'>";`,
		`<script src="https://www.youtube.com.evil.example/a.js"></script>`, `<script>var o={{a:1}};</script>`,
		`<script data-assent="x" src="https://www.youtube.com/a.js"></script>`,
	} {
		if result := rewrite(t, page); string(result.Page) != page || len(result.Changes) != 0 {
			t.Errorf("%q became %q", page, result.Page)
		}
	}
}

func TestWhatCannotBeRewrittenIsTold(t *testing.T) {
	for page, want := range map[string]string{
		"\n<?php echo '<iframe src=\"https://www.youtube.com/\">' ?>":           "line 2: template code names addresses of youtube: if it writes a tag, annotate that by hand\n",
		`<iframe src="<?= 'https://www.youtube.com/embed/' . $id ?>"></iframe>`: "line 1: template code names addresses of youtube: if it writes a tag, annotate that by hand\n",
		`<iframe class=lazyload data-src="https://www.youtube.com/"></iframe>`:  "line 1: iframe is loaded lazily from its data-src, with or without a grant: write data-assent=\"youtube\", and take it from the lazy loader\n",
		`<noscript><img src="https://www.youtube.com/a.gif"></noscript>`:        "line 1: noscript requests youtube of visitors who cannot be asked: take it out\n",

		`<a href="<?= 'https://www.youtube.com/' ?>">x</a>`:                               "\n",
		`<iframe data-assent="youtube" data-src="<?= 'https://www.youtube.com/' ?>">`:     "\n",
		`<?php $shop = 'https://shop.example/' ?><!-- {{ "https://www.youtube.com" }}-->`: "\n",
	} {
		result := rewrite(t, page)
		if got := told(result); got != want || string(result.Page) != page {
			t.Errorf("%s became\n%s\n%s", page, result.Page, got)
		}
	}
}

func TestTheDiffNamesFilesAsGitDoes(t *testing.T) {
	for name, want := range map[string]string{
		"page.html":          "--- a/page.html\n+++ b/page.html\n",
		"über uns.html":      "--- a/über uns.html\t\n+++ b/über uns.html\t\n",
		"a\"b\\c\n\xfc.html": `--- "a/a\042b\134c\012\374.html"` + "\n" + `+++ "b/a\042b\134c\012\374.html"` + "\n",
	} {
		if diff := rewrite(t, `<iframe src="https://www.youtube.com/">`).Diff(name); !strings.HasPrefix(diff, want) {
			t.Errorf("%q: %s", name, diff)
		}
	}
}

func TestOtherEncodingsAreLeftAlone(t *testing.T) {
	if _, err := pagemigration.New(options()).Rewrite([]byte("<p>caf\xe9</p>"), false); !errors.Is(err, pagemigration.ErrEncoding) {
		t.Errorf("Latin 1: %v", err)
	}
}

func FuzzRewrite(f *testing.F) {
	for _, seed := range []string{
		`<iframe src="https://www.youtube.com/embed/1">`,
		"<script type=text/plain data-cookieconsent='statistics'>x</script><?php echo 1 ?>",
		`<img data-src=a src="//www.youtube.com/a.gif" srcset='//www.youtube.com/b.gif 2x'>`,
		`<script class="optanon-category-C0002" type="text/plain" src=/a.js></script>{{ '<iframe src="//www.youtube.com/1">' }}`,
		`<iframe class="_iub_cs_activate" suppressedsrc="//www.youtube.com/1" src=about:blank data-src=x></iframe>`,
		`<script src="/klaro.js"></script><a onclick="klaro.show()" data-cc=accept-all>`,
	} {
		f.Add(seed)
	}
	migration := pagemigration.New(options())
	f.Fuzz(func(t *testing.T, page string) {
		result, err := migration.Rewrite([]byte(page), false)
		if err != nil {
			return
		}
		again, err := migration.Rewrite(result.Page, false)
		if err != nil || string(again.Page) != string(result.Page) {
			t.Errorf("%q became %q and then %q, %v", page, result.Page, again.Page, err)
		}
	})
}
