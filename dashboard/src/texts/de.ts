import { decisionsPage } from './decisions.de.ts';
import type { Texts } from './en.ts';
import { experimentPage } from './experiment.de.ts';
import { factors } from './factors.de.ts';
import { files } from './files.de.ts';
import { findings } from './findings.de.ts';
import { integrationsPage } from './integrations.de.ts';
import { accounts, linking } from './linking.de.ts';
import { noticePage } from './notice.de.ts';
import { passkeys } from './passkeys.de.ts';
import { own, people, trail } from './people.de.ts';
import { processingPage } from './processing.de.ts';
import { remarks } from './remarks.de.ts';
import { requestsPage } from './requests.de.ts';
import { retentionPage } from './retention.de.ts';
import { reviewsPage } from './reviews.de.ts';
import { sitePage } from './site.de.ts';
import { suspensions } from './suspensions.de.ts';
import { tokens } from './tokens.de.ts';

/** German texts. */
export const de: Texts = {
  product: 'Assent',
  loading: 'Wird geladen',
  email: 'E-Mail-Adresse',
  password: 'Passwort',
  showPassword: 'Passwort anzeigen',
  hidePassword: 'Passwort verbergen',
  retry: 'Erneut versuchen',
  signOut: 'Abmelden',
  site: 'Website',
  pages: 'Seiten',
  dueSoon: 'bald fällig oder überfällig',

  setup: {
    title: 'Inhaberkonto anlegen',
    lead: 'Sie sind als Erste oder Erster hier. Legen Sie fest, womit Sie sich an dieser Übersicht anmelden.',
    passwordHint: 'Mindestens 12 Zeichen. Ein paar Wörter ohne Zusammenhang eignen sich gut.',
    submit: 'Konto anlegen',
    noLink: 'Öffnen Sie den Einrichtungslink',
    noLinkLead:
      'Dieser Server hat noch kein Inhaberkonto. Beim Start gibt er einen einmaligen Link aus: Öffnen Sie ihn in diesem Browser.',
    noLinkHint: 'Kein Link zur Hand? Starten Sie den Server neu, dann gibt er einen neuen aus.',
    badLink:
      'Dieser Einrichtungslink wurde schon benutzt, ist zu alt oder wurde ersetzt. Starten Sie den Server neu und öffnen Sie den Link, den er ausgibt.',
  },
  join: {
    title: 'Wählen Sie Ihr Passwort',
    lead: 'Sie haben einen Link zu dieser Übersicht bekommen. Geben Sie die E-Mail-Adresse an, für die er gilt, und wählen Sie, womit Sie sich anmelden.',
    submit: 'Zur Übersicht',
    badLink:
      'Dieser Link wurde schon benutzt, zurückgezogen oder ist älter als eine Woche, oder er gilt für eine andere E-Mail-Adresse. Bitten Sie um einen neuen.',
  },
  signIn: {
    title: 'Anmelden',
    submit: 'Anmelden',
    expired: 'Ihre Sitzung ist beendet. Melden Sie sich erneut an, um fortzufahren.',
    wrong: 'E-Mail-Adresse oder Passwort ist falsch.',
    with: (provider: string) => `Mit ${provider} anmelden`,
    or: 'oder mit Ihrem Passwort',
    failed: {
      away: 'Der Anmeldedienst antwortet nicht. Versuchen Sie es später erneut oder nehmen Sie Ihr Passwort.',
      expired:
        'Diese Anmeldung ist zu lange her oder wurde nicht in diesem Browser unter dieser Adresse begonnen. Versuchen Sie es erneut.',
      cancelled:
        'Der Anmeldedienst hat Sie nicht durchgelassen. Versuchen Sie es erneut oder fragen Sie, wer ihn betreut.',
      refused:
        'Die Antwort des Anmeldedienstes war ungültig. Versuchen Sie es erneut; was falsch war, steht im Protokoll des Servers.',
      unverified: 'Der Anmeldedienst bürgt nicht für Ihre E-Mail-Adresse. Bestätigen Sie die Adresse zuerst dort.',
      nobody: 'Niemand mit Ihrer E-Mail-Adresse darf diese Übersicht benutzen. Bitten Sie um eine Einladung.',
      another:
        'Ihre E-Mail-Adresse gehörte hier bisher zu einem anderen Konto beim Anmeldedienst. Wenden Sie sich an jemanden mit der Rolle Eigentümer.',
      wait: 'Zu viele Versuche aus Ihrem Netz. Warten Sie einige Minuten und versuchen Sie es dann erneut.',
      failed:
        'Sie konnten nicht angemeldet werden. Der Grund steht im Protokoll des Servers. Versuchen Sie es später erneut.',
    },
  },
  fault: {
    email: 'Geben Sie eine E-Mail-Adresse wie name@example.com ein.',
    password:
      'Dieses Passwort ist zu kurz oder zu leicht zu erraten. Nehmen Sie mindestens 12 Zeichen; ein paar Wörter ohne Zusammenhang eignen sich gut.',
  },
  failure: {
    title: 'Etwas ist schiefgegangen',
    offline: 'Der Server antwortet nicht. Prüfen Sie, ob er läuft und ob Sie online sind.',
    wait: (time: string) => `Zu viele Versuche. Versuchen Sie es in ${time} erneut.`,
    forbidden: 'Ihre Rolle erlaubt das nicht. Wenden Sie sich an jemanden mit der Rolle Eigentümer.',
    busy: 'Der Server kann gerade nicht antworten. Bitte gleich noch einmal versuchen.',
    server: 'Der Server konnte das nicht ausführen. Der Grund steht in seinem Protokoll.',
    stale: (time: string) => `Der Server antwortet nicht. Dies sind die Zahlen von ${time}.`,
  },

  rates: {
    name: 'Quoten',
    title: 'Einwilligungsquoten',
    period: 'Zeitraum',
    days: (n: number) => `${n} Tage`,
    updated: (time: string, zone: string) => `Stand ${time}; Tage in ${zone}`,
    figures: 'Kennzahlen',
    decisions: 'Entscheidungen',
    accepted: 'Eingewilligt',
    partial: 'Teilweise eingewilligt',
    refused: 'Abgelehnt',
    signals: 'Browser-Signal',
    bots: 'Programm',
    asked: 'Gefragte Besucher',
    ignored: 'Keine Antwort',
    hidden: 'Von einem Blocker verborgen',
    leftOut: (n: string) => `und ${n} von Programmen, nicht mitgezählt`,
    ofDecisions: (n: string) => `${n} ${n === '1' ? 'Entscheidung' : 'Entscheidungen'}`,
    inPeriod: (n: number) => `in ${n} Tagen`,
    length: 'Zeitschritt',
    lengths: { hour: 'Stunden', day: 'Tage', week: 'Wochen' },
    per: { hour: 'Entscheidungen pro Stunde', day: 'Entscheidungen pro Tag', week: 'Entscheidungen pro Woche' },
    columns: { hour: 'Stunde', day: 'Tag', week: 'Woche ab' },
    by: 'Wer wie entscheidet',
    split: 'Verteilung',
    number: 'Anzahl',
    unknown: 'unbekannt',
    left: (n: string) => `und ${n} weitere`,
    noGroups: 'In diesem Zeitraum wurde niemand gefragt und hat niemand entschieden.',
    newNotice: 'neuer Hinweis',
    published: (notice: string, day: string) => `Besucher sehen Version ${notice} des Hinweises seit ${day}.`,
    chart: (total: string, n: number, peak: string, day: string) =>
      `${total} Entscheidungen in ${n} Tagen; am meisten am ${day} mit ${peak}. Die Tabelle darunter enthält alle Zahlen.`,
    emptyChart: (n: number) => `Keine Entscheidungen in diesen ${n} Tagen.`,
    table: 'Als Tabelle anzeigen',
    purposes: 'Anteil je Zweck',
    purpose: 'Zweck',
    services: 'Anteil je Dienst',
    service: 'Dienst',
    granted: 'Erlaubt',
    share: 'Anteil',
    grantedOf: (granted: string, decided: string) => `${granted} von ${decided}`,
    noPurposes: 'In diesem Zeitraum hat niemand über einen Zweck entschieden.',
  },
  today: {
    title: 'Heute bis jetzt',
    lead: (weekday: string) => `im Vergleich zum letzten ${weekday} bis zu dieser Uhrzeit`,
    points: (points: string) => `${points} Punkte`,
    percent: (percent: string) => `${percent} %`,
    noChange: 'kein Vergleichswert',
  },
  filters: {
    add: 'Filter hinzufügen…',
    remove: 'Entfernen',
    clear: 'Alle entfernen',
    only: 'Nur diese zeigen',
  },
  compare: {
    with: 'Vergleichen mit',
    nothing: 'nichts',
    before: (days: number) => `den ${days} Tagen davor`,
    all: 'allen Besuchern',
    title: (other: string) => `Vergleich mit ${other}`,
    lead: 'Unter jedem Anteil steht, wo der wahre mit 95 % Sicherheit liegt.',
    rate: 'Quote',
    here: 'Auf dieser Seite',
    verdict: 'Unterschied',
    of: (n: string) => `von ${n}`,
    few: 'zu wenige für eine Aussage: auf beiden Seiten müssen es 100 sein',
    same: 'kein Unterschied über den Zufall hinaus',
    different: (points: string) => `${points} Punkte, mehr als der Zufall macht`,
  },
  fate: {
    title: (n: string) => `Was aus ${n} gefragten Besuchern wurde`,
    lead: 'Jeder Besucher zählt einmal am Tag, wiedererkannt nur an einem Schlüssel, der nachts verworfen wird.',
    bounded: 'An manchen Tagen waren es mehr Besucher, als unterschieden werden; dies sind jeweils die ersten 200.000.',
    automatic: (signals: string, synthetic: string) =>
      `Daneben ${signals} Entscheidungen durch das Datenschutzsignal des Browsers und ${synthetic} durch eine Erweiterung.`,
  },
  funnel: {
    title: 'Vom Hinweis zur Entscheidung',
    step: 'Schritt',
    shown: 'Hinweis gezeigt',
    answered: 'Beantwortet',
    opened: 'Einstellungen geöffnet',
    saved: 'In den Einstellungen gespeichert',
  },
  waits: {
    title: 'Zeit bis zur Entscheidung',
    time: 'Innerhalb von',
    lead: (time: string) => `Die Hälfte der Besucher entscheidet innerhalb von ${time}.`,
  },
  dimensions: {
    device: 'Gerät',
    browser: 'Browser',
    country: 'Land',
    locale: 'Sprache',
    page: 'Seite',
    source: 'Ort der Wahl',
    regime: 'Regeln',
    notice: 'Version des Hinweises',
  },
  values: {
    phone: 'Telefon',
    tablet: 'Tablet',
    desktop: 'Computer',
    chrome: 'Chrome',
    safari: 'Safari',
    firefox: 'Firefox',
    edge: 'Edge',
    samsung: 'Samsung Internet',
    opera: 'Opera',
    'in-app': 'in einer App',
    other: 'anderer Browser',
    'opt-in': 'Opt-in',
    'opt-out': 'Opt-out',
    'notice-only': 'nur Hinweis',
    'child-directed': 'für Kinder',
  },
  recent: {
    title: 'Letzte Entscheidungen',
    time: 'Zeit',
    outcome: 'Ergebnis',
    purposes: 'Erlaubt',
    source: 'Ort der Wahl',
    page: 'Seite',
    language: 'Sprache',
    marks: 'Hinweise',
    none: 'nichts Optionales',
    noPage: 'nicht angegeben',
    empty: 'Noch keine Entscheidungen.',
  },
  third: {
    title: 'Gesehene Drittanbieter',
    lead: 'Was den Browsern Ihrer Besucher in den letzten 90 Tagen auf Ihren Seiten begegnet ist, auch Tags ohne Auszeichnung.',
    off: 'Noch wird nichts gemeldet. Veröffentlichen Sie den Hinweis mit dieser Angabe: Dann meldet jede Seite, welche Drittanbieter die automatische Sperre zurückhielte, ohne sie anzurühren:',
    none: 'Noch hat keine Seite einen Drittanbieter gemeldet. Sie erscheinen hier Sekunden nach einem Besuch.',
    host: 'Rechnername',
    service: 'Dienst',
    kind: 'Art',
    pages: 'Seitenaufrufe',
    days: 'Gesehen (UTC)',
    held: 'Zurückgehalten',
    wouldBeHeld: 'Würde zurückgehalten',
    nothingHeld:
      'Die automatische Sperre ist nicht eingeschaltet, also wird hiervon nichts zurückgehalten. So würde sie wirken.',
    yes: 'bis zur Einwilligung',
    no: 'nein',
    unknown: 'unbekannt',
    others: 'weitere Namen',
    kinds: { script: 'Skript', frame: 'Rahmen', image: 'Bild', style: 'Stilvorlage', request: 'Anfrage' },
  },
  purposes: { essential: 'Notwendig', analytics: 'Statistik', marketing: 'Marketing', functional: 'Funktional' },
  sources: {
    banner: 'erste Ebene',
    preferences: 'Einstellungen',
    placeholder: 'Platzhalter',
    api: 'Code der Seite',
    gpc: 'Browser-Signal',
    import: 'Import',
    account: 'anderes Gerät des Kontos',
    parent: 'Eltern',
  },
  marks: {
    synthetic: { name: 'synthetisch', meaning: 'Der Klick kam von einem Skript, etwa einer Datenschutz-Erweiterung.' },
    gpc: { name: 'GPC', meaning: 'Der Browser hat Global Privacy Control gesendet.' },
    withdraw: { name: 'widerrufen', meaning: 'Eine frühere Einwilligung wurde zurückgenommen.' },
    'unknown-notice': {
      name: 'unbekannter Hinweis',
      meaning:
        'Die Ablehnung eines Hinweises, den dieser Server nie veröffentlicht hat. Sie wurde trotzdem festgehalten.',
    },
    'not-seen': {
      name: 'nicht gesehen',
      meaning: 'Nichts belegt, dass der Hinweis vor der Antwort zu sehen war.',
    },
    bot: { name: 'Programm', meaning: 'Sie kam von einem Programm, das sich so nennt, und zählt in keiner Quote.' },
    'clock-skew': { name: 'Uhr falsch', meaning: 'Die Uhr des Geräts weicht um mehr als einen Tag ab.' },
    suspended: {
      name: 'ausgesetzt',
      meaning:
        'Ein Dienst war ausgesetzt, weil endete, worauf seine Übermittlung beruhte: Was auch gewählt wurde, er bekam keine Einwilligung.',
    },
    demo: { name: 'Demo', meaning: 'Diese Entscheidung hat niemand getroffen: Sie gehört zu den Demodaten.' },
  },
  demo: {
    badge: 'Demodaten',
    meaning:
      'Nichts davon hat jemand entschieden: Es ist erfunden. Entfernen Sie es auf dem Server, mit dessen --data oder REDIS_URL:',
  },
  empty: {
    title: 'Warten auf die erste Entscheidung',
    lead: 'Drei Schritte, dann erscheinen die Zahlen hier von selbst.',
    paste: 'Fügen Sie dieses Tag früh in den head jeder Seite ein:',
    gate: 'Kennzeichnen Sie jedes Tag, das eine Einwilligung braucht, damit es auf die Wahl wartet:',
    open: 'Öffnen Sie Ihre Seite und wählen Sie. Sie muss unter einer dieser Adressen liegen:',
    copy: 'Kopieren',
    copied: 'Kopiert',
    demo: 'Auf der Demoseite ansehen',
    madeUp:
      'Um Zahlen zu sehen, bevor es welche gibt, erfinden Sie auf dem Server, mit dessen --data oder REDIS_URL, einen Shop mit neunzig Tagen:',
    watching: 'Diese Seite beobachtet mit und aktualisiert sich selbst.',
  },
  noSites: {
    title: 'Noch keine Website',
    lead: 'Geben Sie der ersten einen Namen und ihre Adresse, dann bekommen Sie das Tag für ihre Seiten.',
    ask: 'Jedenfalls keine, an der Sie eine Rolle haben. Bitten Sie einen Eigentümer um eine Website oder um eine Rolle.',
    add: 'Website hinzufügen',
  },

  processingPage,
  integrationsPage,
  linking,
  accounts,
  requestsPage,
  retentionPage,
  reviewsPage,
  sitePage,
  experimentPage,
  findings,
  suspensions,
  remarks,
  noticePage,
  decisionsPage,
  files,
  people,
  trail,
  own,
  tokens,
  factors,
  passkeys,
};
