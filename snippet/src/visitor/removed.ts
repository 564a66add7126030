import { texts } from 'assent:visitor';

// Adds to the notice's status how many entries were removed, in the language of the notice.
const tell = (count: number): void => {
  const status = document.querySelector('#assent-root>[role=status]');
  const { lang = '' } = (status?.parentElement || {}) as HTMLElement;
  const { _removed } = texts[lang] || {};
  if (!status || !_removed) return;
  const text = _removed[new Intl.PluralRules(lang).select(count)] || _removed.other!;
  status.append(` ${text.replace('{count}', count.toLocaleString(lang))}`);
};

/** Announces from now on how many entries of refused services were removed; who opened the preferences may withdraw. */
export const announceRemovals = (): void => {
  // Whoever comes late is told the last event once more, which was before.
  let live = false;
  assent.on('change', ({ removed }) => {
    // After the notice, which says in the same task that the choice is saved.
    if (live && removed?.length) queueMicrotask(() => tell(removed.length));
  });
  live = true;
};
