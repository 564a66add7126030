import type { sitePage as english } from './site.en.ts';

/** German texts of the page about a site. */
export const sitePage: typeof english = {
  title: 'Website',
  add: 'Website hinzufügen',
  addTitle: 'Neue Website',
  addLead: 'Der Hinweis ist von Anfang an vollständig; Sie können ihn jederzeit ändern.',
  embed: 'Auf Ihre Seiten bringen',
  moving: 'Fügen Sie dieses Tag weit oben in den Head jeder Seite ein. Es folgt jeder Veröffentlichung binnen Minuten.',
  pinned: 'Oder per Hash festlegen',
  pinnedLead:
    'Für immer diese Bytes: Der Browser führt nichts anderes aus. Fügen Sie nach jeder Veröffentlichung ein neues Tag ein.',
  strictest: 'Es fragt alle nach den strengsten Regeln; nur das Tag oben folgt der Region der Besucher.',
  stub: 'Wo Tags nicht ausgezeichnet sind oder der Consent Mode „advanced“ ist',
  stubLead:
    'Fügen Sie dies als Erstes in den Head ein, vor dem Tag. Fügen Sie es neu ein, wenn sich Dienste, Auto-Block oder Consent Mode ändern.',
  policy: 'Wo Seiten eine Content-Security-Policy haben',
  policyLead: 'Ergänzen Sie deren Direktiven um diese:',
  stubPolicy: 'Und für den Stub, falls Ihre eingebetteten Skripte keine Nonce haben:',
  live: 'Ist es aktiv?',
  checking: 'Wartet auf Seiten …',
  silent: 'Seit dem Start dieses Servers hat sich noch keine Seite gemeldet.',
  how: 'Öffnen Sie eine Ihrer Seiten in einem privaten Fenster, damit der Hinweis erscheint. Diese Zeile ändert sich binnen Sekunden; der Server ruft nichts von Ihnen ab.',
  spoke: (origin: string, time: string) =>
    `${origin} hat den Hinweis gezeigt oder seine Drittanbieter gemeldet: ${time}.`,
  decided: (time: string) => `Zuletzt hat sich jemand am ${time} entschieden.`,
  check: (origin: string) => `${origin} mit dem Selbsttest öffnen`,
  checkHint: 'Die Befunde stehen in der Konsole des Browsers.',
  settings: 'Name und Adressen',
  name: 'Bezeichnung',
  origins: 'Origins, je Zeile eine',
  originsHint:
    'Etwa https://shop.example; https://*.shop.example steht für alle Subdomains davon. Nur von dort werden Entscheidungen angenommen.',
  zone: 'Zeitzone',
  zoneHint: 'Wessen Tage die Tage der Zahlen sind.',
  announce: 'Tage, die Änderungen vorher angekündigt werden',
  announceHint: 'Vorgeschlagen, wenn eine Änderung berührt, was Besucher erlaubt haben. 1 bis 365.',
  save: 'Speichern',
  saved: 'Gespeichert.',
  create: 'Website hinzufügen',
  faults: {
    '/name': 'Geben Sie eine Bezeichnung mit höchstens 200 Zeichen in einer Zeile ein.',
    '/origins':
      'Schreiben Sie jede als https://shop.example, ohne Pfad; ein Platzhalter steht nur für Subdomains, wie in https://*.shop.example.',
    '/timeZone': 'Das ist keine Zeitzone.',
    '/announceDays': 'Wählen Sie 1 bis 365 Tage.',
  },
};
