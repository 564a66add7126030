import { INERT } from '../inert.ts';
import { installed } from '../installed.ts';
import { isLoading } from '../loading.ts';
import { mark } from '../mark.ts';
import { hasStarted } from '../start.ts';
import { isPending } from '../state.ts';
import { arrest, arrestIn } from './arrest.ts';
import { isAnyGranted } from './granted.ts';
import { needs } from './hosts.ts';
import { patchMarkup } from './markup.ts';
import { type Guard, isLoadedBy, patch } from './patch.ts';
import { watchRefused } from './refused.ts';

/** Granted by nobody: what has been started once. */
const NEVER = '-';

/** Most pictures that are kept. */
const MOST = 99;

/** Scripts that were looked at: one that was let run must not be taken for one that waits. */
const seen = new WeakSet<Element>();

/** Elements that a script gave their address, as no parser does. */
const made = new WeakSet<Element>();

/** Pictures outside the document, which nothing else would find again. */
let pictures: HTMLElement[] = [];
let isBegun = false;

const ask = (address: unknown, element?: Element): string => {
  if (element?.localName === 'script' && hasStarted(`${address}`)) {
    // Who inserts a tag that runs already may wait for it.
    setTimeout(() => element.dispatchEvent(new Event('load')));
    return NEVER;
  }
  const ids = needs(address);
  return ids && !isAnyGranted(ids) ? ids : '';
};

const isOutside = (element: HTMLElement): boolean =>
  element.localName === 'img' && !element.isConnected && element.ownerDocument === document;

// The address becomes an annotation, with which the gate makes the request later. What the page has annotated by itself
// is left to the gate.
const hold = (element: HTMLElement, attribute: string, value: unknown): boolean => {
  const { dataset } = element;
  const isOurs = element.hasAttribute('data-assent-held');
  if (!isLoadedBy(element, attribute) || (mark(element, 'assent') && !isOurs)) return false;
  if (!element.hasAttribute(attribute)) made.add(element);
  const name = `${attribute}`.toLowerCase();
  const address = `${value}`;
  // The first candidate of a srcset stands for all.
  const ids = ask(address.trim().split(/\s/)[0], element);
  if (ids) {
    dataset.assentHeld = '';
    dataset.assent = ids;
    dataset[name] = address;
    // Those of a time after the answer go with it.
    if (isOutside(element) && isPending() && pictures.length < MOST) pictures.push(element);
    // The page has changed its mind: it is no longer for the gate to give or to take.
  } else if (isOurs && mark(element, name) !== address) delete dataset[name];
  return !!ids;
};

const guard: Guard = { ask, hold };

// What the stub has stopped by its type must not lose its address.
const takeOver = (stub: Guard): void => {
  stub.observer!.disconnect();
  Object.assign(stub, guard);
  for (const [element, name, value] of stub.held!) {
    hold(element, name, value);
    if ((element as HTMLScriptElement).type === INERT) delete element.dataset.src;
  }
};

/** Puts the guard before everything that makes requests, or in the place of the one that the stub has put there. */
export const startGuard = (): void => {
  const stub = installed<{ guard?: Guard }>()?.guard;
  if (stub) takeOver(stub);
  else patch(guard);
  patchMarkup(guard);
  watchRefused((script) => made.has(script));
};

// What was there before the guard has run by now if it is loaded, unless it waits for the parser.
const hasRun = ({ src, defer, type, async }: HTMLScriptElement): boolean =>
  !isBegun &&
  performance.getEntriesByName(src).length > 0 &&
  !(isLoading() && (defer || (type === 'module' && !async)));

/** Stops an element whose host waits for a grant. Returns what then stands in its place, if it was stopped. */
export const stop = (element: HTMLElement): HTMLElement | undefined => {
  // What is cloned from it would make its requests as soon as it is inserted.
  if (element instanceof HTMLTemplateElement) arrestIn(guard, element.content);
  if (element.localName !== 'script')
    return (element as HTMLImageElement).complete ? undefined : arrest(guard, element);
  if (seen.has(element)) return undefined;
  seen.add(element);
  return hasRun(element as HTMLScriptElement) ? undefined : arrest(guard, element);
};

/** Looks again at the pictures outside the document, and forgets them with a refusal. */
export const release = (visit: (element: HTMLElement) => void): void => {
  isBegun = true;
  pictures.forEach(visit);
  pictures = pictures.filter((picture) => isPending() && !picture.getAttribute('src'));
};
