import { purposeState, serviceState, services } from './choice.js';
import { chip, fill, h } from './dom.js';

const label = { analytics: 'Analytics', marketing: 'Marketing' };

// A script that was started stands beside its original, which alone is still plain text.
const tagsOf = ({ id }) =>
  document.querySelectorAll(`[data-assent~="${id}"]:not(script:not([type="text/plain"]))`).length;

const describe = (service, sent) => {
  const tags = `${tagsOf(service)} ${tagsOf(service) === 1 ? 'tag' : 'tags'}`;
  const requests = `${sent} ${sent === 1 ? 'request' : 'requests'}`;
  switch (serviceState(service)) {
    case 'pending':
      return `${tags} waiting for ${label[service.purpose]}`;
    case 'granted':
      return `${tags} running · ${requests}`;
    default:
      return sent ? `stopped · ${requests} before that` : `${tags} kept off`;
  }
};

const serviceRow = (made) => (service) => {
  const sent = made.filter((request) => request.service === service).length;
  const state = serviceState(service);
  return h(
    'li',
    { 'data-service': service.id, 'data-state': state },
    h('div', {}, h('strong', {}, service.name), h('small', {}, describe(service, sent))),
    chip(state),
  );
};

const purposeRow = (purpose) => (made) =>
  h(
    'li',
    { 'data-purpose': purpose, 'data-state': purposeState(purpose) },
    h('h4', {}, label[purpose], chip(purposeState(purpose))),
    h('ul', {}, ...services.filter((service) => service.purpose === purpose).map(serviceRow(made))),
  );

/** Shows the choice per purpose and per service, and what it means for the tags. */
export const showServices = (made) =>
  fill('services', ...Object.keys(label).map((purpose) => purposeRow(purpose)(made)));
