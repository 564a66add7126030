import type { processingPage as english } from './processing.en.ts';

/** German texts of the page about processing. */
export const processingPage: typeof english = {
  title: 'Verarbeitung',
  version: 'Fassung des Hinweises',
  current: (when) => `Jetzt veröffentlicht (${when})`,
  before: 'ehe das aufgezeichnet wurde',
  findings: 'Zu berichtigen',
  mend: (service) => `${service} im Hinweis berichtigen`,
  fine: 'An den Übermittlungen, die diese Fassung nennt, ist nichts auszusetzen.',
  record: 'Verzeichnis von Verarbeitungstätigkeiten',
  recordLead:
    'Nach Art. 30 Abs. 1 DSGVO, erstellt aus dem, was der Hinweis sagt. Zu ergänzen sind, was Sie sonst mit Daten tun, Ihr Vertreter und Ihr Datenschutzbeauftragter.',
  transfers: 'Übermittlungen in Drittländer',
  noTransfers: 'Diese Fassung nennt keinen Empfänger außerhalb des Europäischen Wirtschaftsraums.',
  asOf: (day) =>
    `Angemessenheitsbeschlüsse nach dem Stand vom ${day}; der Betreiber Ihres Servers kann die Liste ersetzen.`,
  measures: 'Schutzmaßnahmen',
  save: 'Verzeichnis speichern',
  file: 'Verarbeitungsverzeichnis',
  untold: 'nicht angegeben',
  unreviewed: 'nie',
  facts: {
    controller: 'Verantwortlicher',
    contact: 'Kontakt',
    subjects: 'Betroffene Personen',
    published: 'Veröffentlicht',
    made: 'Erstellt',
  },
  columns: {
    service: 'Dienst',
    purpose: 'Zweck',
    data: 'Daten',
    recipient: 'Empfänger',
    country: 'Land',
    period: 'Löschfrist',
    reviewed: 'Zuletzt geprüft',
    ground: 'Angemessenheitsbeschluss',
    safeguard: 'Garantie',
    wrong: 'Befund',
  },
  safeguards: {
    '': 'nicht angegeben',
    adequacy: 'Angemessenheit (Art. 45)',
    scc: 'Standardvertragsklauseln (Art. 46)',
    bcr: 'verbindliche interne Datenschutzvorschriften (Art. 47)',
    none: 'keine',
  },
  wrong: {
    '': 'keiner',
    'country-missing': 'kein Land',
    'safeguard-missing': 'keine Garantie genannt',
    'safeguard-none': 'keine Garantie',
    'adequacy-missing': 'kein Angemessenheitsbeschluss',
    'adequacy-ended': 'Beschluss ist beendet: ausgesetzt',
    'adequacy-ending': 'Beschluss endet bald',
  },
};
