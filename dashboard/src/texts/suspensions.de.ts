import type { suspensions as english } from './suspensions.en.ts';

export const suspensions: typeof english = {
  title: 'Übermittlungen, deren Grundlage endet',
  ended: (country, act, last) =>
    `ist ausgesetzt: Der Angemessenheitsbeschluss für ${country} (${act}) endete am ${last}. Nichts davon wird geladen, und niemand wird danach gefragt.`,
  ending: (days) => (country, act, last) =>
    `wird ${days === 1 ? 'morgen' : `in ${days} Tagen`} ausgesetzt: Der Angemessenheitsbeschluss für ${country} (${act}) endet am ${last}.`,
  mend: 'Vereinbaren Sie mit dem Anbieter Standardvertragsklauseln, tragen Sie sie als Garantie des Dienstes ein und veröffentlichen Sie.',
  open: 'Hinweis öffnen',
};
