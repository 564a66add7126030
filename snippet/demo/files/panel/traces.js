import { fill, h } from './dom.js';

const owners = [
  [/^assent$/, 'your choice; needed to remember it'],
  [/^_ga/, 'Google Analytics'],
  [/^_fb/, 'Meta Pixel'],
];

// Cookies know no ports, so that another program on this machine may have left some too.
const owner = (name) => owners.find(([pattern]) => pattern.test(name))?.[1] || 'something else on this machine';

const names = () =>
  document.cookie
    .split('; ')
    .filter(Boolean)
    .map((pair) => pair.split('=')[0]);

const row = (name) => h('li', {}, h('code', {}, name), h('small', {}, owner(name)));

/** Shows the cookies that the page's scripts can see. */
export const showTraces = () => {
  const all = names();
  fill('traces', ...(all.length ? all.sort().map(row) : [h('li', { class: 'none' }, 'None.')]));
};
