import { attempt } from './attempt.ts';
import { INERT } from './inert.ts';
import { mark } from './mark.ts';
import { trusted } from './trusted.ts';
import { keepPage } from './written.ts';

/** What has been started, once per document whatever is withdrawn and granted again. */
const started: HTMLScriptElement[] = [];

/** Scripts that were given leave to run, whatever is withdrawn meanwhile. */
const released = new WeakSet<Element>();
let queue: Promise<unknown> = Promise.resolve();

// A script that the page made by itself was kept from its address and has not run for want of one.
const giveAddress = (script: HTMLScriptElement): HTMLScriptElement => {
  released.add(script);
  script.setAttribute(script instanceof SVGElement ? 'href' : 'src', trusted().createScriptURL(mark(script, 'src')!));
  return script;
};

// A clone would not run where the original came by innerHTML; a copy made of its markup does. It goes beside the original,
// which stays where a framework put it and may remove it.
const insertCopy = (original: HTMLScriptElement): HTMLScriptElement => {
  const markup = trusted().createHTML(original.outerHTML);
  const copy = document.createRange().createContextualFragment(markup).firstChild as HTMLScriptElement;
  copy.async = true;
  copy.type = mark(original, 'type') || '';
  copy.text = trusted().createScript(original.text);
  // Browsers hide the nonce's attribute from scripts, and not all of them copy what it stands for.
  copy.nonce = original.nonce;
  // Turbo would run it again whenever it shows the page from its cache.
  copy.dataset.turboEval = 'false';
  if (HAS_AUTOBLOCK) {
    released.add(copy);
    if (!copy.hasAttribute('src') && mark(copy, 'src')) giveAddress(copy);
  }
  original.after(copy);
  return copy;
};

const run = (original: HTMLScriptElement): Promise<unknown> =>
  new Promise((settled) => {
    // Milliseconds after which a script that does not come holds up its row no longer.
    const PATIENCE = 5000;
    keepPage();
    if (HAS_AUTOBLOCK) delete original.dataset.assentHeld;
    const running = HAS_AUTOBLOCK && original.type !== INERT ? giveAddress(original) : insertCopy(original);
    for (const end of ['load', 'error']) running.addEventListener(end, settled);
    setTimeout(settled, running.src ? PATIENCE : 0);
  });

const hrefOf = (address: string): string | undefined => attempt(() => new URL(address, location.href).href);

const addressOf = (script: HTMLScriptElement): string =>
  HAS_AUTOBLOCK ? script.src || (mark(script, 'src') && hrefOf(mark(script, 'src')!)) || '' : script.src;

// An address counts once, also when a tag manager has put it into the page by itself. The same text may well stand in a
// page twice; but one whose equal has left the page is the same tag, shown by another view.
const isRepeated = (original: HTMLScriptElement): boolean => {
  const src = addressOf(original);
  return src
    ? started.some((other) => addressOf(other) === src) ||
        Array.from(document.scripts).some(
          (other) => (!HAS_AUTOBLOCK || other.hasAttribute('src')) && other.src === src && other.type !== INERT,
        )
    : started.some((other) => other.text === original.text && !other.isConnected);
};

/** Whether a script has been given leave to run. */
export const isReleased = (script: Element): boolean => released.has(script);

/** Whether a script of this address was started. */
export const hasStarted = (address: string): boolean => {
  const href = hrefOf(address);
  return started.some((script) => addressOf(script) === href);
};

/**
 * Starts a gated script, unless that has been done. All load in parallel, so that a vendor that hangs stops no other;
 * those with `data-assent-order` run one after the other, in the order of the document.
 */
export const start = (original: HTMLScriptElement, isGranted: () => boolean): void => {
  if (started.includes(original) || isRepeated(original)) return;
  started.push(original);
  // What the page's policy forbids to make is a rejection that the console shows; it keeps no other from starting.
  const go = () => isGranted() && run(original);
  if (mark(original, 'assent-order') === null) go();
  else queue = queue.then(go, go);
};
