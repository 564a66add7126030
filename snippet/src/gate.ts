import { attempt } from './attempt.ts';
import { isLoading } from './loading.ts';
import { has } from './state.ts';
import { trusted } from './trusted.ts';

/** What has been started, once per document whatever is withdrawn and granted again: addresses and inline scripts. */
const started = new Set<unknown>();
let queue: Promise<unknown> = Promise.resolve();

const granted = (element: HTMLElement): boolean => !!element.dataset.assent!.match(/\S+/g)?.every(has);

const run = (original: HTMLScriptElement): Promise<unknown> =>
  new Promise((settled) => {
    // Only what has never been run, as text/plain is not, makes a copy that runs.
    const copy = original.cloneNode() as HTMLScriptElement;
    copy.type = original.dataset.type || '';
    copy.text = trusted().createScript(original.text);
    // Browsers hide the nonce's attribute from scripts, and not all of them copy what it stands for.
    copy.nonce = original.nonce;
    copy.addEventListener('load', settled);
    copy.addEventListener('error', settled);
    // Beside the original, which stays where a framework put it and may remove it.
    original.after(copy);
    if (!original.src) settled(0);
  });

/**
 * Starts a gated script. All load in parallel, so that a vendor that hangs stops no other; those with
 * `data-assent-order` run one after the other, in the order of the document. An address runs once per document.
 */
const start = (original: HTMLScriptElement): void => {
  const key = original.src || original;
  if (started.has(key)) return;
  started.add(key);
  // What the page's policy forbids to make is a rejection that the console shows; it keeps no other from starting.
  const go = () => granted(original) && run(original);
  if (original.dataset.assentOrder === undefined) go();
  else queue = queue.then(go, go);
};

// Absolute web addresses and relative ones, so that no markup gets a script address past a sanitiser.
const WEB = /^(https?:|[^:]*(\/|$))/i;

// Gives an embed its address, or takes it away.
const setAddress = (element: HTMLElement, name: string, on: boolean): void => {
  const address = element.dataset[name];
  if (!address || element.hasAttribute(name) === on || (on && !WEB.test(address))) return;
  // Out of the document meanwhile: a frame without address keeps its page until it is inserted anew, and one that gets
  // its address while the parser inserts it never loads (Chromium).
  const place = new Comment();
  element.replaceWith(place);
  // Where a policy of the page forbids it, as Trusted Types do for <embed>, the others must get theirs all the same.
  attempt(() => (on ? element.setAttribute(name, address) : element.removeAttribute(name)));
  place.replaceWith(element);
};

// The parser inserts an inline script before it has read all of it; something after it proves that it is whole.
const isWhole = (script: HTMLScriptElement): boolean => !!script.src || !!script.nextSibling || !isLoading();

const visit = (element: HTMLElement): void => {
  const on = granted(element);
  const script = element as HTMLScriptElement;
  if (element.localName !== 'script') for (const name of ['src', 'srcset', 'href']) setAddress(element, name, on);
  else if (on && script.type === 'text/plain' && isWhole(script)) start(script);
};

/** Brings every annotated element in line with the choice. */
export const sweep = (): void => document.querySelectorAll<HTMLElement>('[data-assent]').forEach(visit);

/** Sees what the parser or the page inserts from now on, and calls back after each time. */
export const watch = (onInsert: () => void): void => {
  const onChange = () => {
    sweep();
    onInsert();
  };
  // The document itself is observed, because a framework may replace everything in it. An insertion may also complete
  // what came before it, hence the whole document each time: one query for all that was inserted at once.
  new MutationObserver(onChange).observe(document, { childList: true, subtree: true });
  document.addEventListener('DOMContentLoaded', onChange);
};
