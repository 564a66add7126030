import { attempt } from './attempt.ts';
import { release, stop } from './block/guard.ts';
import { LOADERS } from './block/loads.ts';
import { eachRoot, isBare, watchRoots } from './block/roots.ts';
import { FOREIGN, translate } from './compat.ts';
import { isGranted } from './granted.ts';
import { INERT } from './inert.ts';
import { isLoading } from './loading.ts';
import { mark } from './mark.ts';
import { start } from './start.ts';
import { isOfSuspended } from './suspended.ts';

// Absolute web addresses and relative ones, so that no markup gets a script address past a sanitiser.
const WEB = /^(https?:|[^:]*(\/|$))/i;

// Gives an embed its address, or takes it away.
const setAddress = (element: HTMLElement, name: string, on: boolean): void => {
  const address = mark(element, name) || element.getAttribute(name);
  if (!address || element.hasAttribute(name) === on || !WEB.test(address)) return;
  // One that came with its address is to get it back.
  element.dataset[name] = address;
  // Out of the document meanwhile: a frame without address keeps its page until it is inserted anew, and one that gets
  // its address while the parser inserts it never loads (Chromium).
  const place = new Comment();
  element.replaceWith(place);
  // Where a policy of the page forbids it, as Trusted Types do for <embed>, the others must get theirs all the same.
  attempt(() => (on ? element.setAttribute(name, address) : element.removeAttribute(name)));
  // Tried again, it would fail again, at each insertion: its own among them, for ever.
  if (on && !element.hasAttribute(name)) delete element.dataset[name];
  place.replaceWith(element);
};

// The parser inserts an inline script before it has read all of it; something after it proves that it is whole.
const isWhole = (script: HTMLScriptElement): boolean => !!script.src || !!script.nextSibling || !isLoading();

const isWaiting = (script: HTMLScriptElement): boolean =>
  HAS_AUTOBLOCK && script.type !== INERT ? !!mark(script, 'src') : script.type === INERT && isWhole(script);

const visit = (found: HTMLElement): void => {
  const known = HAS_COMPAT ? translate(found) : found;
  const element = (HAS_AUTOBLOCK && stop(known)) || known;
  if ((HAS_AUTOBLOCK || HAS_COMPAT) && !mark(element, 'assent')) return;
  const on = isGranted(element);
  if (element.localName !== 'script')
    for (const name of ['src', 'srcset', 'href', ...(HAS_AUTOBLOCK ? ['data', 'poster', 'imagesrcset'] : [])])
      setAddress(element, name, on);
  else if (on && isWaiting(element as HTMLScriptElement) && (!HAS_AUTOBLOCK || element.isConnected))
    start(element as HTMLScriptElement, () => isGranted(element));
  // Nobody is offered what no grant brings.
  if (HAS_SUSPENDED && isOfSuspended(element)) return;
  if (!on && !/script|link|img|source/.test(element.localName) && !(HAS_AUTOBLOCK && isBare(element))) onHeld(element);
};

// Members of a form take the names of its methods: <form data-assent><input name=getAttribute>.
const GATED = `[data-assent]:not(form)${HAS_AUTOBLOCK ? `,${LOADERS}` : ''}${HAS_COMPAT ? `,${FOREIGN}` : ''}`;

const sweepIn = (root: ParentNode): void => root.querySelectorAll<HTMLElement>(GATED).forEach(visit);

/** Brings every annotated element in line with the choice. */
export const sweep = (): void => {
  sweepIn(document);
  if (HAS_AUTOBLOCK) {
    release(visit);
    eachRoot(sweepIn);
  }
};

// Looks at what was inserted and at nothing else, once: what stands in something that was itself inserted is found there.
const look = (records: readonly MutationRecord[]): void => {
  const seen = new Set<Node>();
  for (const { target, addedNodes } of records)
    for (const node of addedNodes as Iterable<Node> & NodeListOf<HTMLElement>) {
      if (node.dataset && !seen.has(target)) {
        if (HAS_AUTOBLOCK || HAS_COMPAT || mark(node, 'assent')) visit(node);
        sweepIn(node);
      }
      seen.add(node);
    }
  if (HAS_AUTOBLOCK) eachRoot(sweepIn, true);
};

let onHeld: (embed: HTMLElement) => void;

/**
 * Sees what the parser or the page inserts from now on, and calls back after each time. Also calls back with each embed
 * that waits for a grant, each time that it is met.
 */
export const watch = (onInsert: () => void, whenHeld: (embed: HTMLElement) => void): void => {
  onHeld = whenHeld;
  const onChange = (records?: unknown) => {
    // While the parser reads, an insertion may also complete what came before it.
    // Where much is inserted at once, the browser finds what matters sooner than a loop over all of it.
    if (isLoading() || !Array.isArray(records) || records.length > 99) sweep();
    else look(records);
    onInsert();
  };
  // The document itself is observed, because a framework may replace everything in it.
  if (HAS_AUTOBLOCK) watchRoots(onChange);
  new MutationObserver(onChange).observe(document, { childList: true, subtree: true });
  document.addEventListener('DOMContentLoaded', onChange);
};
