import { blocked } from 'assent:config';
import { foreign } from './block/foreign.ts';
import { type Guard, patch } from './block/patch.ts';
import { consentDefault } from './google.ts';
import { INERT } from './inert.ts';

// What a page carries inline, before anything else: it serves until the script itself is here, which takes it over.

const stopAll = (): Guard => {
  const held: NonNullable<Guard['held']> = [];
  const ask: Guard['ask'] = (address) => foreign(address)?.href.match(blocked);
  const observer = new MutationObserver((records) => {
    // Whoever is held back by the parser has not been looked at by the browser yet.
    for (const { addedNodes } of records)
      for (const element of addedNodes as Iterable<Node> & NodeListOf<HTMLScriptElement>)
        if (element.type !== INERT && guard.hold(element, 'src', element.src))
          if (element.localName === 'script') {
            element.dataset.type = element.type;
            element.type = INERT;
          } else if (element.src) {
            element.removeAttribute('src');
            element.replaceWith(element);
          }
  });
  const guard: Guard = {
    ask,
    // What is annotated says by itself that it must wait.
    hold: (element, name, value) =>
      /^((script|iframe|img) src|link href)/i.test(`${element.localName} ${name}`) &&
      (ask(value) || element.dataset.assent) &&
      held.push([element, name, value]),
    held,
    observer,
  };
  observer.observe(document, { childList: true, subtree: true });
  patch(guard, window);
  return guard;
};

if (!window.assent) {
  const q: unknown[] = [];
  const early: Record<PropertyKey, unknown> = HAS_AUTOBLOCK ? { q, guard: stopAll() } : { q };
  window.assent = new Proxy(early, {
    get: (_, method) => early[method] || ((...args: unknown[]) => void q.push([method, ...args])),
  }) as unknown as typeof assent;
  consentDefault();
}
