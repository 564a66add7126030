import { chip, fill, h } from './dom.js';

const signals = [
  'ad_storage',
  'ad_user_data',
  'ad_personalization',
  'analytics_storage',
  'functionality_storage',
  'personalization_storage',
  'security_storage',
];

/** What gtag() was called with, in order. The data layer holds other things besides. */
const gtagCalls = () =>
  (window.dataLayer || [])
    .filter((entry) => Object.prototype.toString.call(entry) === '[object Arguments]')
    .map((entry) => [...entry]);

/** What a Google tag knows by now: each call replaces the signals that it names. */
const state = () =>
  Object.assign(
    {},
    ...gtagCalls()
      .filter(([command]) => command === 'consent')
      .map(([, , given]) => given),
  );

/** Shows the seven signals as a Google tag would read them now. */
export const showSignals = () => {
  const now = state();
  const value = (signal) => now[signal] || 'not set';
  fill(
    'signals',
    ...signals.map((signal) =>
      h('div', {}, h('dt', {}, signal), h('dd', {}, chip(value(signal).replace(' ', '-'), value(signal)))),
    ),
  );
};

const summary = ([command, what, given]) => {
  if (command !== 'consent') return what instanceof Date ? '' : String(what);
  const on = signals.filter((signal) => given[signal] === 'granted').length;
  return `${what}: ${on} of ${signals.length} granted`;
};

const callRow = (call) => h('li', {}, h('code', {}, call[0]), ` ${summary(call)}`);

/** Shows the calls in the order in which a Google tag reads them: the default first, an update before every event. */
export const showCalls = () => {
  const calls = gtagCalls();
  fill('calls', ...(calls.length ? calls.map(callRow) : [h('li', { class: 'none' }, 'None so far.')]));
};
