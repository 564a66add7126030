import { services } from './choice.js';

const { thirdParties } = document.documentElement.dataset;
const seen = [];

const describe = (address) => {
  const { pathname, searchParams } = address;
  if (pathname.endsWith('/gtag/js')) return 'measuring script';
  if (pathname.endsWith('/g/collect')) return `hit “${searchParams.get('en')}”, consent ${searchParams.get('gcs')}`;
  if (pathname.endsWith('/fbevents.js')) return 'pixel script';
  if (pathname.endsWith('/tr')) return `pixel “${searchParams.get('ev')}”`;
  return 'film';
};

const toRequest = (entry) => {
  const address = new URL(entry.name);
  const service = services.find(({ path }) => path.test(address.pathname));
  return { at: entry.startTime, service, what: describe(address) };
};

/** Every request of this page to the third parties' origin so far, oldest first. */
export const requests = () => seen;

/** Calls back on each further request. The browser keeps the list, so that none is missed however late this runs. */
export const onRequest = (callback) => {
  const observer = new PerformanceObserver((list) => {
    const foreign = list.getEntries().filter(({ name }) => name.startsWith(`${thirdParties}/`));
    seen.push(...foreign.map(toRequest));
    seen.sort((a, b) => a.at - b.at);
    if (foreign.length) callback();
  });
  observer.observe({ type: 'resource', buffered: true });
};
