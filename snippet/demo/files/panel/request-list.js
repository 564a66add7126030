import { fill, h } from './dom.js';

const clock = (milliseconds) => new Date(performance.timeOrigin + milliseconds).toLocaleTimeString('en-GB');

const requestRow = ({ at, service, what }) =>
  h(
    'li',
    {},
    h('time', {}, clock(at)),
    h(
      'div',
      {},
      h('strong', {}, service?.name || 'Other'),
      h('small', {}, `${what} · ${(at / 1000).toFixed(1)} s after opening`),
    ),
  );

/** Shows every request to the third parties, with its time. */
export const showRequests = (made) =>
  fill('requests', ...(made.length ? made.map(requestRow) : [h('li', { class: 'none' }, 'None so far.')]));
