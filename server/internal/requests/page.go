package requests

import (
	"embed"
	"html/template"
	"io"
	"time"

	"assent/server/internal/visitorpage"
)

//go:embed paper.html page.html copy.html
var sources embed.FS

var pages = template.Must(template.ParseFS(sources, "*.html"))

// view is what the template reads.
type view struct {
	Language, Site, ID string
	Request
	words map[string]string
}

// WritePage writes a request as a page to be printed, which closes it when it is done. The language is en or de.
func WritePage(to io.Writer, r Request, site, id, language string) error {
	return pages.ExecuteTemplate(to, "page.html", view{Language: language, Site: site, ID: id, Request: r, words: texts[language]})
}

// Title is the page's.
func (v view) Title() string { return v.Say("title") + " " + v.ID }

// Say returns the words of a key.
func (v view) Say(key string) string { return v.words[key] }

// IsCounted reports whether an effect is on so many things, and not on whatever is at a place.
func (view) IsCounted(e Effect) bool {
	return e.What != LeftAlone && e.What != LeftOut && e.What != Withheld
}

// At is an instant as people of every language can read it.
func (view) At(at time.Time) string { return visitorpage.Written(at) }

var texts = map[string]map[string]string{
	"en": {
		"title": "Request of a data subject", "legal": "Made after Art. 12 to 21 GDPR", "reference": "Reference", "site": "Site", "kind": "Asked for",
		"state": "State", "due": "Due", "identity": "Identity checked by", "about": "In the visitor’s words", "history": "What was done when", "who": "By", "visitor": "the visitor’s browser",
		"effects": "What was done where", "nothing": "Nothing was done yet.", "receipts": "Erased decisions (SHA-256 of each receipt’s id)", "secret": "the secret in the visitor’s own browser", "direct": "nobody: erased beside a decision", "in-error": "nobody: a child had decided, who may not", "parent": "the link that the parent has",
		"kind.access": "Access and copy", "kind.information": "How data is processed", "kind.rectification": "Rectification", "kind.restriction": "Restriction",
		"kind.objection": "Objection", "kind.withdrawal": "Withdrawal of everything", "kind.erasure": "Erasure",
		"state.open": "open", "state.running": "being done", "state.extended": "put off", "state.done": "done", "state.refused": "refused", "state.lifted": "lifted",
		"step.came": "Registered", "step.began": "Begun", "step.acted": "Done and closed", "step.extended": "Put off (Art. 12(3) GDPR)", "step.refused": "Refused", "step.lifted": "Lifted, the visitor having been told", "step.erased": "Closed, because everything of the visitor was erased",
		"place.decisions": "Decisions", "place.log": "Log of decisions", "place.notice": "Published notice", "place.by-hand": "By the site’s people", "place.requests": "Other requests of the visitor", "place.reports": "Rates and reports", "place.exports": "Saved files", "place.services": "Connected services", "place.copies": "Backups, and files that were saved or sent before",
		"what.copied": "copied for the visitor", "what.told": "told how data is processed", "what.withdrawn": "withdrawal recorded", "what.removed": "removed", "what.tombstoned": "entries left without a name, with a tombstone each",
		"what.unnamed": "say no longer whose they are", "what.by-hand": "done as the history says", "what.left-out": "left out from the day it came", "what.withheld": "told of withdrawals only", "what.left": "not reached by the server: look through them where you keep them",
	},
	"de": {
		"title": "Anfrage einer betroffenen Person", "legal": "Nach Art. 12 bis 21 DSGVO", "reference": "Vorgang", "site": "Website", "kind": "Verlangt",
		"state": "Stand", "due": "Fällig", "identity": "Identität geprüft durch", "about": "In den Worten des Besuchers", "history": "Was wann getan wurde", "who": "Von", "visitor": "Browser des Besuchers",
		"effects": "Was wo getan wurde", "nothing": "Noch wurde nichts getan.", "receipts": "Gelöschte Entscheidungen (SHA-256 der Nummer jedes Belegs)", "secret": "das Geheimnis im Browser des Besuchers", "direct": "niemanden: neben einer Entscheidung gelöscht", "in-error": "niemanden: Ein Kind hatte entschieden, das es nicht darf", "parent": "den Link, den die Eltern haben",
		"kind.access": "Auskunft und Kopie", "kind.information": "Wie Daten verarbeitet werden", "kind.rectification": "Berichtigung", "kind.restriction": "Einschränkung",
		"kind.objection": "Widerspruch", "kind.withdrawal": "Widerruf von allem", "kind.erasure": "Löschung",
		"state.open": "offen", "state.running": "wird erledigt", "state.extended": "verlängert", "state.done": "erledigt", "state.refused": "abgelehnt", "state.lifted": "aufgehoben",
		"step.came": "Eingetragen", "step.began": "Begonnen", "step.acted": "Erledigt und abgeschlossen", "step.extended": "Verlängert (Art. 12 Abs. 3 DSGVO)", "step.refused": "Abgelehnt", "step.lifted": "Aufgehoben nach Unterrichtung des Besuchers", "step.erased": "Abgeschlossen, weil alles des Besuchers gelöscht wurde",
		"place.decisions": "Entscheidungen", "place.log": "Protokoll der Entscheidungen", "place.notice": "Veröffentlichter Hinweis", "place.by-hand": "Durch die Betreiber der Website", "place.requests": "Andere Anfragen des Besuchers", "place.reports": "Quoten und Berichte", "place.exports": "Gespeicherte Dateien", "place.services": "Angeschlossene Dienste", "place.copies": "Sicherungen und früher gespeicherte oder versandte Dateien",
		"what.copied": "für den Besucher kopiert", "what.told": "Verarbeitung mitgeteilt", "what.withdrawn": "Widerruf aufgezeichnet", "what.removed": "entfernt", "what.tombstoned": "Einträge ohne Namen belassen, je mit einem Grabstein",
		"what.unnamed": "sagen nicht mehr, von wem sie sind", "what.by-hand": "erledigt, wie der Verlauf sagt", "what.left-out": "ausgelassen, seit die Anfrage einging", "what.withheld": "nur noch von Widerrufen unterrichtet", "what.left": "vom Server nicht erreicht: dort durchsehen, wo sie liegen",
	},
}
