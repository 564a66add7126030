import type { Finding } from '../contract.ts';
import { doubt, wrong } from './finding.ts';
import { addressOf, isFree, isOwn, nameOf, parse, ruleAt } from './party.ts';

const stranger = ({ host }: URL): Finding =>
  doubt(
    'unknown-host',
    `${host} was asked for something, and neither the notice nor the catalogue of Assent knows it. Add it to the hosts ` +
      'of a service if it is a third party, or to “exempt” if it needs no consent.',
  );

// Whether an element of the page names an address.
const isNamed = ({ href }: URL): boolean =>
  Array.from(document.querySelectorAll('[src],[srcset],link,[data-assent]')).some(
    (tag) => addressOf(tag)?.href === href,
  );

const early = (url: URL, at: number, rule: HostRule, begun: number): Finding => {
  const what = `${url.host} (${nameOf(rule)}) was asked for ${url.pathname}`;
  const { decidedAt, pending } = assent.get();
  // Told to the second.
  const decided = Date.parse(`${decidedAt}`) + 1000;
  // What was granted when it was asked for may have been withdrawn since.
  if (!pending && at < decided && decided > performance.timeOrigin)
    return doubt('early-request', `${what} before the choice that refuses it: too early, unless it had a grant then.`);
  const lead = Math.ceil(begun - at);
  const when = lead > 0 ? `, ${lead} ms before the script of Assent began` : '';
  const mend = isNamed(url)
    ? 'A tag of the page names it, and browsers ask for that at once: mark it up with data-assent, or use the policy header.'
    : 'No tag of the page names it: the browser’s network panel tells who asked, in the column “Initiator”.';
  return wrong('early-request', `${what} without a grant${when}. ${mend}`);
};

/**
 * Who was asked for something without a grant, and who is not known, by what the browser remembers of this page: one
 * finding for each host, the certain before the doubtful.
 */
export const requests = (begun: number, origin: string): Finding[] => {
  const hosts = new Map<string, Finding>();
  for (const { name, startTime } of performance.getEntriesByType('resource')) {
    const url = parse(name);
    if (!url || url.origin === origin || hosts.get(url.host)?.level === 'wrong') continue;
    const rule = ruleAt(url);
    if (rule && !isFree(rule)) hosts.set(url.host, early(url, performance.timeOrigin + startTime, rule, begun));
    else if (!rule && !isOwn(url)) hosts.set(url.host, stranger(url));
  }
  return Array.from(hosts.values());
};
