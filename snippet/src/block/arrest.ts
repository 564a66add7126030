import { INERT } from '../inert.ts';
import { type Guard, isLoadedBy } from './patch.ts';

/**
 * Puts a copy that waits in a script's place. The original never runs: a script that has moved to another document is given up by the
 * browser.
 */
export const disarm = (script: HTMLScriptElement): HTMLScriptElement => {
  const { nonce, type } = script;
  delete script.dataset.src;
  const copy = script.cloneNode(true) as HTMLScriptElement;
  copy.nonce = nonce;
  copy.dataset.type = type;
  copy.type = INERT;
  script.replaceWith(copy);
  new Document().adoptNode(script);
  return copy;
};

/** Stops everything in a piece of a page that is not in the document, templates in it too, before it gets there. */
export const arrestIn = (guard: Guard, root: ParentNode): void => {
  for (const element of root.querySelectorAll<HTMLElement>('script,iframe,img,link,template'))
    if (element instanceof HTMLTemplateElement) arrestIn(guard, element.content);
    else arrest(guard, element);
};

/** Stops an element that came by markup. Returns what then stands in its place, if it was to be stopped. */
export const arrest = (guard: Guard, element: HTMLElement): HTMLElement | undefined => {
  if ((element as HTMLScriptElement).type === INERT) return undefined;
  const names = ['src', 'srcset', 'href'].filter((name) => {
    const value = element.getAttribute(name);
    return value && isLoadedBy(element, name) && guard.hold(element, name, value);
  });
  if (!names.length) return undefined;
  if (element.localName === 'script') return disarm(element as HTMLScriptElement);
  for (const name of names) element.removeAttribute(name);
  // A frame without address keeps its page until it is inserted anew.
  element.replaceWith(element);
  return element;
};
