import type { Means } from './means.ts';

// Adds to the notice's status how many entries were removed.
const tell = (count: number, { _language, _words }: Means): void => {
  const text = _words._removed[new Intl.PluralRules(_language).select(count)] || _words._removed.other!;
  document
    .querySelector('#assent-root>[role=status]')
    ?.append(` ${text.replace('{count}', count.toLocaleString(_language))}`);
};

/** Announces from now on how many entries of refused services were removed; who opened the preferences may withdraw. */
export const announceRemovals = (means: Means): void => {
  // Whoever comes late is told the last event once more, which was before.
  let live = false;
  assent.on('change', ({ removed }) => {
    // After the notice, which says in the same task that the choice is saved.
    if (live && removed?.length) queueMicrotask(() => tell(removed.length, means));
  });
  live = true;
};
