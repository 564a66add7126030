// Package receiptpage shows a receipt to the person who got it, in that person's language.
package receiptpage

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/qrcode"
	"assent/server/internal/visitorpage"
)

//go:embed page.html
var source string

var page = template.Must(template.New("receipt").Parse(source))

// Receipt is what is shown.
type Receipt struct {
	Statement schemas.Statement
	Key       string // Id of the key whose signature over the statement holds.
	Keys      string // Address of the published keys, from the page on.
	Address   string // Of the page itself, whole.
	Nonce     string // Of the page's policy.
}

// fact is one line of the details.
type fact struct {
	Name, Text string
	Link       template.URL // Empty for none.
	Code       bool         // Read letter by letter.
}

type mark struct {
	Granted, Always bool
	Words           string
}

type purpose struct {
	Title, Text string
	Mark        mark
	Services    []service
}

type service struct {
	Name, Provider string
	Mark           mark
}

type file struct{ Address, Name, Words string }

// view is what the template reads.
type view struct {
	words
	Nonce    string
	Missing  bool
	Outcome  string
	Host     string
	Recorded string
	Purposes []purpose
	Change   string
	Page     string
	Facts    []fact
	Key      string
	Keys     string
	Files    []file
	Code     qrcode.Code

	RecordedISO string
	Read        *words // In which the purposes are told, where that is another language than the page's.
}

// Write writes the page in the language of the decision, or else in the first of those wanted that there is.
func (r Receipt) Write(to io.Writer, wanted []language.Tag) error {
	s := r.Statement
	w := wordsFor(s.Decision.Locale, wanted)
	code, err := qrcode.Draw(r.Address, 4)
	if err != nil {
		return fmt.Errorf("draw code of receipt: %w", err)
	}
	v := view{words: w, Nonce: r.Nonce, Outcome: w.Say("panel." + s.Decision.Action), Host: hostOf(s), Key: r.Key, Keys: r.Keys, Code: code,
		Recorded: visitorpage.Written(s.Event.At), RecordedISO: s.Event.At.Format(time.RFC3339), Page: s.Decision.Page, Facts: facts(s, w), Files: files(s.Jti, w)}
	v.Change = strings.ReplaceAll(w.Say("change.text"), "{action}", cmp.Or(s.Withdrawal, w.Say("action.open")))
	if of := s.Notice.Language; of != "" && primary(of) != primary(w.Language) {
		v.Read = &words{visitorpage.Words{Language: of}}
	}
	for _, p := range s.Processing {
		v.Purposes = append(v.Purposes, shown(p, w))
	}
	return page.Execute(to, v)
}

// WriteMissing writes the page of a receipt that is not there.
func WriteMissing(to io.Writer, wanted []language.Tag, nonce string) error {
	return page.Execute(to, view{words: wordsFor("", wanted), Nonce: nonce, Missing: true})
}

// primary is a tag's tongue.
func primary(tag string) string {
	base, _ := language.Make(tag).Base()
	return base.String()
}

func shown(p schemas.StatedPurpose, w words) purpose {
	one := purpose{Title: cmp.Or(p.Title, w.Say("purpose."+p.ID+".title"), p.ID), Text: p.Text, Mark: w.mark(p.Granted)}
	if p.ID == consent.Essential {
		one.Mark = mark{Always: true, Words: w.Say("always")}
	}
	for _, s := range p.Services {
		of := service{Name: s.Name, Provider: s.Provider, Mark: w.mark(s.Granted)}
		if p.ID == consent.Essential {
			of.Mark = one.Mark
		}
		if of.Provider == of.Name {
			of.Provider = ""
		}
		one.Services = append(one.Services, of)
	}
	return one
}

func (w words) mark(granted bool) mark {
	if granted {
		return mark{Granted: true, Words: w.Say("allowed")}
	}
	return mark{Words: w.Say("refused")}
}

// facts leaves out what nobody told.
func facts(s schemas.Statement, w words) []fact {
	var all []fact
	add := func(f fact) {
		if f.Text != "" {
			all = append(all, f)
		}
	}
	add(fact{Name: w.Say("panel.receipt"), Text: s.Jti, Code: true})
	if i := slices.IndexFunc(s.Parties, func(p schemas.Party) bool { return p.Type == "controller" }); i >= 0 {
		c := s.Parties[i]
		add(fact{Name: w.Say("controller"), Text: strings.Join(slices.DeleteFunc([]string{c.Name, c.Address}, func(t string) bool { return t == "" }), ", ")})
		add(fact{Name: w.Say("contact"), Text: c.Contact, Link: linkTo(c.Contact)})
	}
	add(fact{Name: w.Say("valid"), Text: visitorpage.Written(s.Decision.ExpiresAt)})
	add(fact{Name: w.Say("pseudonym"), Text: s.Sub, Code: true})
	if s.Notice.Published {
		add(fact{Name: w.Say("notice"), Text: s.Notice.ID, Code: true})
	} else {
		add(fact{Name: w.Say("notice"), Text: w.Say("notice.unknown")})
	}
	if s.Notice.Layout != "" {
		add(fact{Name: w.Say("layout"), Text: w.Say("layout." + s.Notice.Layout)})
	}
	add(fact{Name: w.Say("script"), Text: s.Notice.Script.Integrity, Code: true})
	if policy := s.Notice.PrivacyPolicy; strings.HasPrefix(policy, "http") {
		add(fact{Name: w.Say("link.policy"), Text: policy, Link: linkTo(policy)})
	}
	return all
}

// linkTo is the address of a contact, an e-mail address or one of the web.
func linkTo(contact string) template.URL {
	address, err := url.Parse(contact)
	switch {
	case err == nil && (address.Scheme == "https" || address.Scheme == "http"):
		return template.URL(address.String())
	case strings.Contains(contact, "@"):
		return template.URL((&url.URL{Scheme: "mailto", Opaque: url.PathEscape(contact)}).String())
	}
	return ""
}

// files are addressed from the page on, which may stand below a path of the site's own host.
func files(id string, w words) []file {
	var all []file
	for _, one := range []struct{ format, ending, words string }{
		{"jws", "jws", w.Say("copies.signed")}, {"json", "json", "JSON"}, {"json-ld", "jsonld", "JSON-LD"}, {"kantara", "kantara.json", "Kantara"},
	} {
		all = append(all, file{Address: "../v1/receipts/" + id + "?format=" + one.format, Name: "receipt-" + id + "." + one.ending, Words: one.words})
	}
	return all
}

// hostOf is where the decision was made.
func hostOf(s schemas.Statement) string {
	if address, err := url.Parse(s.Decision.Page); err == nil && address.Host != "" {
		return address.Host
	}
	return s.Decision.Site
}
