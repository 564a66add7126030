import { services } from 'assent:config';
import { h, link } from './dom.ts';

/** Who receives what, what for, for how long and where (GDPR 13, ePrivacy 5(3)). */
export const makeFacts = (service: Service, texts: Texts): HTMLDetailsElement => {
  const [aim, safeguard] = texts._services[services.indexOf(service)]!;
  const { _language } = texts;
  const country = service._country && new Intl.DisplayNames(_language, { type: 'region' }).of(service._country);
  const facts = [
    service._provider,
    aim,
    [...service._cookies, ...service._storage].join(', '),
    service._retention
      .map(([count, unit]) => count.toLocaleString(_language, { style: 'unit', unit, unitDisplay: 'long' }))
      .join(' '),
    [country, safeguard].filter(Boolean).join(', '),
  ];
  return h(
    'details',
    {},
    h('summary', { 'aria-label': `${texts._details}: ${service._name}` }, texts._details),
    h(
      'dl',
      {},
      ...facts.flatMap((fact, i) => (fact ? [h('dt', {}, texts._facts[i]), h('dd', {}, h('bdi', {}, fact))] : [])),
    ),
    link(service._policy, texts._servicePolicy),
  );
};
