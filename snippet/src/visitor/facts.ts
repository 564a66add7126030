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

/** Who receives what, what for, for how long and where (GDPR 13, ePrivacy 5(3)): of each service, under its switch. */
export const fillFacts = (dialog: HTMLElement, words: VisitorTexts, language: string): void => {
  for (const input of dialog.querySelectorAll<HTMLElement>('[data-assent-service]')) {
    const index = services.findIndex(({ _id }) => _id === input.dataset.assentService);
    const told = rows(index, words, language).flatMap((fact, i) =>
      fact ? [h('dt', {}, words._facts[i]), h('dd', {}, h('bdi', {}, fact))] : [],
    );
    const details = input.closest('li')!.querySelector('details')!;
    details.append(h('dl', {}, ...told), link(facts[index]!._policy, words._servicePolicy));
  }
};
