import { isAnyGranted, isGranted, once } from '../granted.ts';
import { installed } from '../installed.ts';
import { isLoading } from '../loading.ts';
import { mark } from '../mark.ts';
import { hasStarted, isReleased } from '../start.ts';
import { isPending } from '../state.ts';
import { arrest, isHeld, isInert } from './arrest.ts';
import { giveText, keepText } from './frame.ts';
import { needs } from './hosts.ts';
import { addressesIn, isLoadedBy } from './loads.ts';
import { NEVER } from './never.ts';
import { type Guard, patch } from './patch.ts';
import { patchRealm } from './realm.ts';
import { watchRefused } from './refused.ts';

/** Addresses that nothing is requested with. */
const LOCAL = /^(data|blob|about|javascript):/i;

/** Most pictures that are kept. */
const MOST = 99;

/** Scripts that were looked at: one that was let run must not be taken for one that waits. */
const seen = new WeakSet<Element>();

/** Elements that a script gave their address, as no parser does. */
const made = new WeakSet<Element>();

/** Pictures, sounds and films outside the document, which nothing else would find again. */
let pictures: HTMLElement[] = [];
let isBegun = false;

const ask = (address: unknown): string => {
  const ids = needs(address);
  return ids && !isAnyGranted(ids) ? ids : '';
};

// What the page says of an element by itself counts, whatever the host.
const isAnnotated = (element: Element): boolean => !isHeld(element) && !!mark(element, 'assent');

// A tag that has been started may be waited for, and a style sheet: React shows nothing before it.
const tell = (element: Element, event: 'load' | 'error'): void => {
  setTimeout(() => element.dispatchEvent(new Event(event)));
};

const lacks = (element: Element, name: string, address: string): string => {
  if (element.localName === 'script' && hasStarted(address)) {
    tell(element, 'load');
    return NEVER;
  }
  if (isAnnotated(element)) return isGranted(element) || LOCAL.test(address) ? '' : mark(element, 'assent')!;
  return once.has(element) ? '' : addressesIn(name, address).map(ask).find(Boolean) || '';
};

const isOutside = (element: HTMLElement): boolean =>
  /img|audio|video/.test(element.localName) && !element.isConnected && element.ownerDocument === document;

// The address becomes an annotation, with which the gate makes the request later.
const annotate = (element: HTMLElement, attribute: string, address: string, ids: string): void => {
  const { dataset } = element;
  // SVG's scripts have it elsewhere.
  const name = element.localName === 'script' ? 'src' : attribute;
  const isOwn = isAnnotated(element);
  if (!isOwn) {
    dataset.assentHeld = '';
    dataset.assent = ids;
  }
  // Beside what the page keeps for later an address is a stopgap.
  if (address && (!isOwn || !mark(element, name) || element.getAttribute(attribute) !== address))
    dataset[name] = name === 'srcdoc' ? keepText(address) : address;
  if (element.localName === 'link') tell(element, 'error');
  // Those of a time after the answer go with it.
  if (isOutside(element) && (isPending() || isAnyGranted(ids)) && pictures.length < MOST) pictures.push(element);
};

const hold = (element: HTMLElement, attribute: string, value: unknown): boolean => {
  const name = `${attribute}`.toLowerCase().replace('xlink:', '');
  if (!isLoadedBy(element, name) || isInert(element) || isReleased(element)) return false;
  const address = `${value}`;
  if (element.getAttribute(attribute) !== address) made.add(element);
  const ids = lacks(element, name, address);
  if (ids) annotate(element, name, address, ids);
  // The page has changed its mind: it is no longer for the gate to give or to take.
  else if (isHeld(element) && mark(element, name) !== address) delete element.dataset[name];
  return !!ids;
};

const guard: Guard = { ask, hold };

// What the stub has stopped must not lose its address, also where it may start at once.
const takeOver = (stub: Guard): void => {
  stub.observer!.disconnect();
  Object.assign(stub, guard);
  for (const [element, name, value] of stub.held!) {
    const address = `${value}`;
    const ids = needs(address.trim().split(/\s/)[0]) || 'essential';
    if (address && !(isAnnotated(element) && mark(element, name))) annotate(element, name.toLowerCase(), address, ids);
    if (element.hasAttribute('src')) delete element.dataset.src;
  }
};

/** Puts the guard before everything that makes requests, or in the place of the one that the stub has put there. */
export const startGuard = (): void => {
  // A queue that blocks nothing, as an older stub's, answers to any name with a function.
  const stub = installed<{ guard?: Guard }>()?.guard;
  if (stub?.held) takeOver(stub);
  else patch(guard, window);
  patchRealm(guard, window);
  watchRefused((script) => made.has(script));
};

// What was there before the guard has run by now if it is loaded, unless it waits for the parser.
const hasRun = ({ src, defer, type, async }: HTMLScriptElement): boolean =>
  !isBegun &&
  (!src || performance.getEntriesByName(src).length > 0) &&
  !(isLoading() && (defer || (type === 'module' && !async)));

/** Stops an element whose host waits for a grant. Returns what then stands in its place, if it was stopped. */
export const stop = (element: HTMLElement): HTMLElement | undefined => {
  if (element.localName === 'script') {
    if (seen.has(element)) return undefined;
    seen.add(element);
    return hasRun(element as HTMLScriptElement) ? undefined : arrest(guard, element);
  }
  if (element.localName === 'img' && (element as HTMLImageElement).complete) return undefined;
  giveText(element);
  return arrest(guard, element);
};

/** Looks again at the pictures outside the document, and forgets them with a refusal. */
export const release = (visit: (element: HTMLElement) => void): void => {
  isBegun = true;
  pictures.forEach(visit);
  pictures = pictures.filter((picture) => isPending() && !picture.getAttribute('src'));
};
