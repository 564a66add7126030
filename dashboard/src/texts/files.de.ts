import type { files as english } from './files.en.ts';

/** German texts of saving as a file. */
export const files: typeof english = {
  what: 'Was gespeichert wird',
  format: 'Dateiformat',
  save: 'Als Datei speichern',
  stop: 'Anhalten',
  rows: (n, of) => `${n} von ${of} Zeilen`,
  bytes: (kilobytes, of) => `${kilobytes} kB${of ? `; ${of} Zeilen im Ganzen` : ''}`,
  done: 'Gespeichert.',
  busy: 'Der Server schreibt gerade andere Dateien, oder sein Speicher ist weg. Versuchen Sie es gleich noch einmal.',
  overTime: 'Quoten im Lauf der Zeit',
  groups: (by) => `Quoten nach: ${by}`,
  decisions: 'Alle Entscheidungen dieser Tage',
  decisionsLead: 'Von und Bis gelten; die anderen Felder engen die Datei nicht ein.',
  archive: 'Archiv für eine Behörde',
  archiveLead:
    'Die Entscheidungen dieser Tage mit Beweisen, dass sie so sind, wie sie aufgezeichnet wurden, die Hinweise, auf die sie antworten, das Verarbeitungsverzeichnis und die öffentlichen Schlüssel, in einer Datei. Sie sagt, wie man sie prüft; ein Zugang zu diesem Server ist dafür nicht nötig.',
};
