package requests

import (
	"io"
	"strconv"
	"strings"

	"assent/server/internal/consent"
)

// copied is what the template reads.
type copied struct {
	view
	Decisions []consent.Record
}

// fact is one line of a decision.
type fact struct{ Name, Text string }

// WriteCopy writes everything that is recorded of a visitor as a page for that visitor. The language is en or de.
func WriteCopy(to io.Writer, decisions []consent.Record, language string) error {
	return pages.ExecuteTemplate(to, "copy.html", copied{view: view{Language: language, words: copyTexts[language]}, Decisions: decisions})
}

// Title is the page's.
func (c copied) Title() string { return c.Say("copy") }

// Facts leaves out what is not recorded.
func (c copied) Facts(r consent.Record) []fact {
	purposesGranted, purposesRefused := consent.SplitAnswers(r.Purposes)
	servicesGranted, servicesRefused := consent.SplitAnswers(r.Services)
	waited := ""
	if r.Waited > 0 {
		waited = strconv.Itoa(r.Waited)
	}
	all := []fact{
		{"receipt", r.ID.String()}, {"subject", r.Subject}, {"action", c.Say("action." + r.Action)},
		{"granted", strings.Join(append(purposesGranted, servicesGranted...), ", ")}, {"refused", strings.Join(append(purposesRefused, servicesRefused...), ", ")},
		{"valid", c.At(r.ExpiresAt())}, {"notice", r.Notice}, {"source", r.Source}, {"regime", r.Regime}, {"locale", r.Locale}, {"page", r.Page},
		{"country", r.Country}, {"device", r.Device}, {"browser", r.Browser}, {"waited", waited},
		{"removed", strings.Join(r.Removed, ", ")}, {"flags", strings.Join(r.Flags, ", ")},
	}
	var told []fact
	for _, f := range all {
		if f.Text != "" {
			told = append(told, fact{c.Say(f.Name), f.Text})
		}
	}
	return told
}

var copyTexts = map[string]map[string]string{
	"en": {
		"copy": "What is recorded of your choices", "nothing": "Nothing is recorded.", "receipt": "Receipt", "subject": "Your pseudonym", "action": "You", "granted": "Allowed", "refused": "Refused",
		"valid": "Valid until", "notice": "Version of the notice", "source": "Made in", "regime": "Asked by the rules", "locale": "Language", "page": "Page", "country": "Country",
		"device": "Device", "browser": "Browser", "waited": "Seconds on screen", "removed": "Deleted in your browser", "flags": "Marks",
		"action.accept-all": "accepted all", "action.reject-all": "refused all", "action.save": "saved a selection", "action.withdraw": "withdrew", "action.signal": "sent a signal of your browser",
	},
	"de": {
		"copy": "Was von Ihren Entscheidungen aufgezeichnet ist", "nothing": "Nichts ist aufgezeichnet.", "receipt": "Beleg", "subject": "Ihr Pseudonym", "action": "Sie haben", "granted": "Erlaubt", "refused": "Abgelehnt",
		"valid": "Gültig bis", "notice": "Fassung des Hinweises", "source": "Getroffen in", "regime": "Gefragt nach den Regeln", "locale": "Sprache", "page": "Seite", "country": "Land",
		"device": "Gerät", "browser": "Browser", "waited": "Sekunden auf dem Bildschirm", "removed": "In Ihrem Browser gelöscht", "flags": "Vermerke",
		"action.accept-all": "alles angenommen", "action.reject-all": "alles abgelehnt", "action.save": "eine Auswahl gespeichert", "action.withdraw": "widerrufen", "action.signal": "ein Signal des Browsers gesandt",
	},
}
