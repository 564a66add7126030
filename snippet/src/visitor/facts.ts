import { services } from 'assent:config';
import { facts } from 'assent:visitor';
import { h, link } from '../notice/dom.ts';

const rows = (index: number, words: VisitorTexts, language: string): string[] => {
  const { _cookies, _storage } = services[index]!;
  const { _provider, _country, _retention } = facts[index]!;
  const [aim, safeguard] = words._services[index]!;
  const country = _country && new Intl.DisplayNames(language, { type: 'region' }).of(_country);
  const kept = _retention.map(([count, unit]) =>
    count.toLocaleString(language, { style: 'unit', unit, unitDisplay: 'long' }),
  );
  return [
    _provider,
    aim,
    [..._cookies, ..._storage].join(', '),
    kept.join(' '),
    [country, safeguard].filter(Boolean).join(', '),
  ];
};

/** Who receives what, what for, for how long and where (GDPR 13, ePrivacy 5(3)), folded away. */
export const makeDetails = (index: number, words: VisitorTexts, language: string): HTMLDetailsElement => {
  const { _name, _policy } = facts[index]!;
  const told = rows(index, words, language).flatMap((fact, i) =>
    fact ? [h('dt', {}, words._facts[i]), h('dd', {}, h('bdi', {}, fact))] : [],
  );
  return h(
    'details',
    {},
    h('summary', { 'aria-label': `${words._details}: ${_name}` }, words._details),
    h('dl', {}, ...told),
    link(_policy, words._servicePolicy),
  );
};
