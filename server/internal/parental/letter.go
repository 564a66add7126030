package parental

import (
	"strings"

	"assent/server/internal/mailing"
)

// letters are what parents are written to, by language.
var letters = map[string]struct{ subject, text string }{
	"en": {"Your child asks for your permission", `Hello,

somebody who says that they are under age used {site} and gave this address as a parent's.
The site asks whether it may use more than what is essential, such as statistics or content of others.
Nothing of that is used unless you allow it.

See what is asked, and decide:
{link}

The link is meant for you alone and waits for two days. Keep it once you have decided: by it you can see, change,
withdraw and erase what you decided.

If this is not for you, do nothing. Your address is deleted in two days, and nothing is allowed.
`},
	"de": {"Ihr Kind bittet um Ihre Erlaubnis", `Guten Tag,

jemand, der nach eigener Angabe zu jung ist, hat {site} besucht und diese Adresse als die der Eltern genannt.
Die Website fragt, ob sie mehr verwenden darf als das Nötige, etwa Statistik oder Inhalte anderer Anbieter.
Ohne Ihre Erlaubnis wird nichts davon verwendet.

Sehen Sie nach, worum es geht, und entscheiden Sie:
{link}

Der Link ist nur für Sie bestimmt und gilt zwei Tage. Bewahren Sie ihn auf, wenn Sie entschieden haben: Damit können Sie
ansehen, ändern, widerrufen und löschen, was Sie entschieden haben.

Wenn Sie das nichts angeht, tun Sie nichts. Ihre Adresse wird nach zwei Tagen gelöscht, und nichts ist erlaubt.
`},
}

func letter(to, site, link, locale string) mailing.Message {
	words, known := letters[languageOf(locale)]
	if !known {
		words = letters["en"]
	}
	name := strings.Join(strings.Fields(site), " ") // On one line, whatever it is called.
	return mailing.Message{To: to, Subject: words.subject, Text: strings.NewReplacer("{site}", name, "{link}", link).Replace(words.text)}
}

func languageOf(locale string) string {
	primary, _, _ := strings.Cut(locale, "-")
	return strings.ToLower(primary)
}
