import type { experimentPage as english } from './experiment.en.ts';

/** German texts of experiments with the notice. */
export const experimentPage: typeof english = {
  title: 'Versuch',
  none: 'Einen Hinweis erproben, bevor Sie ihn veröffentlichen',
  noneLead:
    'Schreiben Sie andere Texte oder ein anderes Aussehen als Entwurf des Hinweises, und zeigen Sie ihn einem Teil der Besucher. Diese Seite sagt dann, was er ändert und ob das mehr als Zufall ist.',
  toNotice: 'Entwurf schreiben',

  start: 'Oder erst erproben',
  startLead:
    'Ein Teil der Besucher sieht den Entwurf, die anderen das Veröffentlichte. Sie sehen jederzeit, was sich unterscheidet.',
  share: 'Anteil der Besucher',
  shares: (percent) => `${percent} der Besucher`,
  submit: 'Versuch beginnen',
  otherwise:
    'Nur Texte und Aussehen lassen sich erproben. Wonach und nach welchen Regeln gefragt wird, muss für alle gleich sein, damit Antworten vergleichbar sind und niemand zweimal gefragt wird.',
  runs: 'Ein Versuch läuft. Eine Veröffentlichung beendet ihn.',
  toExperiment: 'Zum Versuch',
  refused: 'So lässt er sich nicht erproben: Beheben Sie, was markiert ist.',
  untold:
    'Besucher lassen sich nicht unterscheiden: Anfragen kommen durch einen Proxy, den der Server nicht kennt. Starten Sie ihn mit --trusted-proxy.',

  running: (since, by) => `Läuft seit ${since}${by && `, begonnen von ${by}`}.`,
  ended: (since, until) => `Lief von ${since} bis ${until}.`,
  counted: (from) => `Besucher zählen ab ${from}: Wer vorher kam, hatte A gesehen.`,
  adopted: (letter) => `${letter} wurde veröffentlicht.`,
  verdicts: {
    found: 'Das unterscheidet sich',
    same: 'Kein Unterschied von zwei Punkten oder mehr',
    open: 'Noch kein Unterschied erkennbar',
    few: 'Noch zu früh',
  },
  needed: (n) => `Nach ungefähr ${n} weiteren Besuchern wäre ein Unterschied von zwei Punkten sicher zu sehen.`,
  certain: 'Sehen Sie nach, so oft Sie wollen: Alle Bereiche hier gelten zusammen in 95 von 100 Fällen.',
  finding: (outcome, letter, points, isMore) =>
    `Mit ${letter} ist der Anteil der Besucher, die ${
      {
        accepted: 'alles annehmen',
        refused: 'alles ablehnen',
        partial: 'selbst auswählen',
        ignored: 'nicht antworten',
      }[outcome]
    }, um ${points} Punkte ${isMore ? 'höher' : 'niedriger'} als mit A.`,
  steers: (letter) =>
    `Mit ${letter} lehnen weniger Besucher ab. Prüfen Sie vor dem Veröffentlichen, ob Ablehnen so leicht zu finden und zu verstehen ist wie Annehmen: Ein Hinweis darf nicht lenken (EDSA-Leitlinien 03/2022).`,
  split:
    'Die Besucher wurden nicht wie vorgesehen aufgeteilt, daher sind die Gruppen nicht vergleichbar. Etwas zwischen ihnen und dem Server behält oder ändert das Skript, ein Proxy wurde nicht genannt, oder Seiten legen das Skript fest und zeigen immer A.',
  bounded:
    'An einem Tag kamen mehr Besucher, als unterschieden werden: Alle Anteile außer „keine Antwort“ sind zu hoch, in jeder Gruppe.',

  arms: 'Was Besucher sehen',
  arm: (letter, percent) => `${letter}, ${percent} der Besucher`,
  published: 'veröffentlicht',
  table: 'Was sie taten',
  outcome: 'Ergebnis',
  visitors: 'Besucher',
  outcomes: {
    accepted: 'Alles angenommen',
    refused: 'Alles abgelehnt',
    partial: 'Selbst ausgewählt',
    ignored: 'Keine Antwort',
  },
  against: (letter) => `${letter} gegenüber A`,
  few: 'zu wenige Besucher',
  same: 'weniger als zwei Punkte',
  between: (lowest, highest) => `${lowest} bis ${highest} Punkte`,
  apart: (hidden, synthetic, bots) =>
    `Nicht dabei: ${hidden}, denen ein Blocker ihn verbarg, ${synthetic} von einer Erweiterung beantwortet, ${bots} von Programmen, die sich nennen. Jeder Besucher zählt einmal am Tag.`,

  end: 'Versuch beenden',
  endHint: 'Alle sehen wieder A.',
  publish: (letter) => `${letter} veröffentlichen`,
  publishHint: 'Er wird zum Hinweis für alle. Niemand wird neu gefragt.',
  stale: 'Jemand anderes war schneller. Laden Sie die Seite neu.',
  earlier: 'Versuche',
  one: (from) => `Ab ${from}`,
};
