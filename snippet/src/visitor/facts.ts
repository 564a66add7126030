import { services } from 'assent:config';
import { facts } from 'assent:visitor';
import { h, link } from '../notice/dom.ts';
import type { Means } from './means.ts';

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

/** Who receives what, what for, for how long and where (GDPR 13, ePrivacy 5(3)). */
export const tellFacts = (index: number, { _words, _language }: Means): Node[] => {
  const { _policy } = facts[index]!;
  const told = rows(index, _words, _language).flatMap((fact, i) =>
    fact ? [h('dt', {}, _words._facts[i]), h('dd', {}, h('bdi', {}, fact))] : [],
  );
  return [h('dl', {}, ...told), link(_policy, _words._servicePolicy)].filter((part) => part !== '');
};
