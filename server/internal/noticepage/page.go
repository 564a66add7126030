// Package noticepage shows everybody what a site asked when, and what it will ask, in the reader's language.
package noticepage

import (
	"cmp"
	"embed"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/sharing"
	"assent/server/internal/visitorpage"
)

//go:embed texts
var textFiles embed.FS

//go:embed list.html version.html frame.html
var sources embed.FS

var (
	builtIn = sync.OnceValue(func() visitorpage.Book { return visitorpage.Read(textFiles) })
	pages   = template.Must(template.ParseFS(sources, "*.html"))
)

// Version is one notice of a site.
type Version struct {
	ID      string
	At      time.Time // Since when, or from when on; zero for unknown.
	Summary map[string]string
	Notice  schemas.Notice
	Touched []string // Names of services that the version before did not have like this.

	Shared map[string][]string // What integrations tell services of visitors now, by the service's id; nil where that is not known.
}

// Page is what all pages of this package need.
type Page struct {
	Site   string // Its name.
	Nonce  string // Of the page's policy.
	Wanted []language.Tag
}

// frame is what is the same on all pages.
type frame struct {
	visitorpage.Words
	Site, Nonce string
}

// Style is the page's style sheet.
func (frame) Style() template.CSS { return visitorpage.Style() }

func (p Page) frame() frame {
	return frame{Words: builtIn().For("", p.Wanted), Site: p.Site, Nonce: p.Nonce}
}

// shownVersion is what the list reads of a version.
type shownVersion struct {
	ID, When, ISO, Summary string
	Lines                  []string
}

// WriteList writes all versions, oldest first as they are given, newest first on the page. Upcoming may be nil.
func (p Page) WriteList(to io.Writer, versions []Version, upcoming *Version) error {
	view := struct {
		frame
		Upcoming, Current *shownVersion
		Earlier           []*shownVersion
	}{frame: p.frame()}
	for i := range versions {
		one := view.shown("since", versions[i])
		if i > 0 {
			one.Lines = changes(view.Words, versions[i-1].Notice, versions[i].Notice, versions[i].Touched)
		} else {
			one.Lines = []string{view.Say("first")}
		}
		if i == len(versions)-1 {
			view.Current = one
			break
		}
		view.Earlier = append(view.Earlier, one)
	}
	slices.Reverse(view.Earlier)
	if upcoming != nil {
		view.Upcoming = view.shown("upcoming", *upcoming)
		view.Upcoming.Lines = changes(view.Words, versions[len(versions)-1].Notice, upcoming.Notice, upcoming.Touched)
	}
	return pages.ExecuteTemplate(to, "list.html", view)
}

func (f frame) shown(key string, v Version) *shownVersion {
	one := &shownVersion{ID: v.ID, Summary: inLanguage(v.Summary, f.Language, v.Notice.Languages)}
	if !v.At.IsZero() {
		one.When, one.ISO = f.Fill(key, "date", visitorpage.Written(v.At)), v.At.UTC().Format(time.RFC3339)
	}
	return one
}

type toldFact struct {
	Name, Text string
	Link       string // Empty for none.
}

type toldService struct {
	Name  string
	Facts []toldFact
}

type toldPurpose struct {
	Title, Text string
	Services    []toldService
}

// WriteVersion writes what one version asks.
func (p Page) WriteVersion(to io.Writer, v Version) error {
	f := p.frame()
	text := func(key string) string {
		return cmp.Or(v.Notice.Texts[f.Language][key], ownText(v.Notice, key), f.Say(key))
	}
	view := struct {
		frame
		Title, Text, When, ISO string
		Purposes               []toldPurpose
		Facts                  []toldFact
	}{frame: f, Title: text("banner.title"), Text: text("banner.text"), When: visitorpage.Written(v.At), ISO: v.At.UTC().Format(time.RFC3339)}
	if v.At.IsZero() {
		view.When = ""
	}
	for _, purpose := range v.Notice.Purposes {
		told := toldPurpose{Title: titleOf(f.Words, v.Notice, purpose.ID), Text: text("purpose." + purpose.ID + ".text")}
		for _, s := range v.Notice.Services {
			if s.Purpose == purpose.ID {
				told.Services = append(told.Services, toldService{nameOf(s), factsOf(f.Words, s, v.Shared[s.ID])})
			}
		}
		view.Purposes = append(view.Purposes, told)
	}
	view.Facts = some(
		toldFact{Name: f.Say("controller"), Text: strings.Join(nonEmpty(v.Notice.Controller.Name, v.Notice.Controller.Address), ", ")},
		toldFact{Name: f.Say("contact"), Text: v.Notice.Controller.Contact},
		toldFact{Name: f.Say("link.policy"), Text: v.Notice.PrivacyPolicy, Link: webOnly(v.Notice.PrivacyPolicy)},
		toldFact{Name: f.Say("lifetime.label"), Text: f.Fill("days", "days", strconv.Itoa(v.Notice.LifetimeDays))},
	)
	return pages.ExecuteTemplate(to, "version.html", view)
}

// WriteMissing writes the page of what is not there.
func (p Page) WriteMissing(to io.Writer) error {
	return pages.ExecuteTemplate(to, "missing", p.frame())
}

func factsOf(w visitorpage.Words, s schemas.Service, shared []string) []toldFact {
	told := toldFact{Name: sharing.Label(w.Language)}
	if shared != nil {
		told.Text = sharing.List(w.Language, shared)
	}
	return some(
		toldFact{Name: w.Say("service.provider"), Text: s.Provider}, toldFact{Name: w.Say("service.country"), Text: s.Country},
		toldFact{Name: w.Say("safeguard"), Text: safeguardOf(w, s)}, told, toldFact{Name: w.Say("service.cookies"), Text: keptBy(s)},
		toldFact{Name: w.Say("service.retention"), Text: durationOf(w, s.Retention)},
		toldFact{Name: w.Say("service.policy"), Text: s.Policy, Link: webOnly(s.Policy)},
	)
}

func some(facts ...toldFact) []toldFact {
	return slices.DeleteFunc(facts, func(f toldFact) bool { return f.Text == "" })
}

func nonEmpty(texts ...string) []string {
	return slices.DeleteFunc(texts, func(t string) bool { return t == "" })
}

// webOnly is an address that a page may link to.
func webOnly(address string) string {
	if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
		return address
	}
	return ""
}

// ownText is a notice's text in its first language, where its owner wrote it for purposes of the site's own.
func ownText(n schemas.Notice, key string) string {
	if len(n.Languages) == 0 || strings.HasPrefix(key, "purpose."+consent.Essential) {
		return ""
	}
	return n.Texts[n.Languages[0]][key]
}

// inLanguage is a text in a language, or else in the first language of the notice that has it.
func inLanguage(texts map[string]string, wanted string, languages []string) string {
	if text := texts[wanted]; text != "" {
		return text
	}
	for _, tag := range languages {
		if texts[tag] != "" {
			return texts[tag]
		}
	}
	return ""
}
