import { blocked } from 'assent:config';
import { foreign } from './block/foreign.ts';
import { type Guard, isLoadedBy, patch } from './block/patch.ts';
import { consentDefault } from './google.ts';
import { INERT } from './inert.ts';

// What a page carries inline, before anything else: it serves until the script itself is here, which takes it over.

const page = window as unknown as { assent?: object };

// Whoever is held back by the parser has not been looked at by the browser yet.
const arrest = (guard: Guard, element: HTMLScriptElement): void => {
  if (!guard.hold(element, 'src', element.src)) return;
  if (element.localName !== 'script') {
    element.removeAttribute('src');
    element.replaceWith(element);
  } else {
    element.dataset.type = element.type;
    element.type = INERT;
  }
};

const stopAll = (): Guard => {
  const held: NonNullable<Guard['held']> = [];
  const ask: Guard['ask'] = (address) => foreign(address)?.href.match(blocked);
  const observer = new MutationObserver((records) => {
    for (const { addedNodes } of records) for (const node of addedNodes) arrest(guard, node as HTMLScriptElement);
  });
  const guard: Guard = {
    ask,
    hold: (element, name, value) => isLoadedBy(element, name) && ask(value) && held.push([element, name, value]),
    held,
    observer,
  };
  observer.observe(document, { childList: true, subtree: true });
  patch(guard);
  return guard;
};

if (!page.assent) {
  const q: unknown[] = [];
  const early: Record<PropertyKey, unknown> = { q };
  if (HAS_AUTOBLOCK) early.guard = stopAll();
  page.assent = new Proxy(early, {
    get: (_, method) => early[method] || ((...args: unknown[]) => void q.push([method, ...args])),
  });
  consentDefault();
}
