import { site } from 'assent:config';
import { isAnyGranted } from '../granted.ts';
import { origin } from '../origin.ts';
import { foreign } from './foreign.ts';
import { ruleOf } from './hosts.ts';

interface Sighting {
  readonly host: string;
  readonly kind: string;
  /** Empty for a host that is not known. */
  readonly service: string;
}

const KINDS: Record<string, string> = { script: 'script', iframe: 'frame', img: 'image', css: 'style', link: 'style' };

/** Most hosts that are told of one page view. */
const MOST = 64;

/** Milliseconds that are waited for further ones. */
const PAUSE = 3000;

const known = new Set<string>();
let unsent: Sighting[] = [];

const send = (): void => {
  if (unsent.length)
    navigator.sendBeacon(`${origin}/v1/sites/${site}/sightings`, JSON.stringify({ sightings: unsent }));
  unsent = [];
};

// The host that the page is on, with and without www, its subdomains, and the server of this script.
const isOwn = (host: string): boolean =>
  `.${host}`.endsWith(`.${location.hostname.replace(/^www\./, '')}`) || origin.split(/[/:]+/)[1] === host;

const see = ({ name, initiatorType }: PerformanceResourceTiming): void => {
  const url = foreign(name);
  if (!url || known.has(url.hostname) || isOwn(url.hostname) || known.size >= MOST) return;
  known.add(url.hostname);
  const rule = ruleOf(url);
  if (rule?._ids === '') return;
  if (rule && !isAnyGranted(rule._ids))
    console.info(`assent: would hold back ${url.hostname} (${rule._service}) until ${rule._ids} is granted`);
  if (!unsent.length) setTimeout(send, PAUSE);
  unsent.push({ host: url.hostname, kind: KINDS[initiatorType] || 'request', service: rule?._service || '' });
};

/** Tells of each third party that the page makes requests to, once per page view, and holds nothing back. */
export const startReport = (): void => {
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) see(entry as PerformanceResourceTiming);
  }).observe({ type: 'resource', buffered: true });
  addEventListener('pagehide', send);
};
