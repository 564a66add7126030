import { texts } from 'assent:visitor';

/** Adds to the notice's status how many entries were removed, in the language of the notice. */
export const tellRemoved = (count: number): void => {
  const status = document.querySelector('#assent-root>[role=status]');
  const { lang = '' } = (status?.parentElement || {}) as HTMLElement;
  const { _removed } = texts[lang] || {};
  if (!status || !_removed) return;
  const text = _removed[new Intl.PluralRules(lang).select(count)] || _removed.other!;
  status.append(` ${text.replace('{count}', count.toLocaleString(lang))}`);
};
