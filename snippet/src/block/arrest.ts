import { INERT } from '../inert.ts';
import { LOADERS, NAMES } from './loads.ts';
import type { Guard } from './patch.ts';

// Given its type, a script is neither fetched nor run. It keeps its address for the gate.
const layOff = (script: HTMLScriptElement): HTMLScriptElement => {
  if (script.hasAttribute('src')) delete script.dataset.src;
  script.dataset.type = script.type;
  script.type = INERT;
  return script;
};

/**
 * Puts a copy that waits in a script's place. The original never runs: a script that has moved to another document is
 * given up by the browser.
 */
export const disarm = (script: HTMLScriptElement): HTMLScriptElement => {
  const copy = script.cloneNode(true) as HTMLScriptElement;
  copy.nonce = script.nonce;
  script.replaceWith(layOff(copy));
  new Document().adoptNode(script);
  return copy;
};

/** Whether a script is one of those that wait. A page may have added a `type` to Object.prototype. */
export const isInert = (element: Element): boolean => element.getAttribute('type') === INERT;

// Where a script has no address, or none any more, its text runs.
const isText = (element: HTMLElement): boolean =>
  element.localName === 'script' && !element.hasAttribute('src') && !!element.textContent;

// The addresses, or the text, that wait.
const heldOf = (guard: Guard, element: HTMLElement): string[] => {
  if (isText(element)) return isHeld(element) || guard.hold(element, 'src', '') ? ['src'] : [];
  return NAMES.filter((name) => {
    const value = element.getAttribute(name);
    return value && guard.hold(element, name, value);
  });
};

/** Whether auto-block has annotated an element, and not the page. */
export const isHeld = (element: Element): boolean => element.hasAttribute('data-assent-held');

/** Stops an element that came with its address. Returns what then stands in its place, if it was to be stopped. */
export const arrest = (guard: Guard, element: HTMLElement): HTMLElement | undefined => {
  if (isInert(element)) return undefined;
  const names = heldOf(guard, element);
  if (!names.length) return undefined;
  if (element.localName === 'script') return (element.isConnected ? disarm : layOff)(element as HTMLScriptElement);
  for (const name of names) element.removeAttribute(name);
  // A frame without address keeps its page until it is inserted anew, a film goes on.
  element.replaceWith(element);
  if (/video|audio|source/.test(element.localName)) element.closest<HTMLMediaElement>('video,audio')?.load();
  return element;
};

/** Stops everything in a piece of a page, itself included, before it gets into the document. */
export const arrestIn = (guard: Guard, root: Element | DocumentFragment): void => {
  if (root.nodeType === 1 && (root as Element).matches(LOADERS)) arrest(guard, root as HTMLElement);
  for (const element of root.querySelectorAll<HTMLElement>(LOADERS)) arrest(guard, element);
};
