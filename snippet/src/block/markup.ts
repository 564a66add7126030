import { trusted } from '../trusted.ts';
import { arrestIn } from './arrest.ts';
import { type Guard, intercept } from './patch.ts';

/**
 * Lets a page's markup make elements only after those that must wait were stopped in it. What few pages do is left to
 * this script, and not watched by the stub.
 */
export const patchMarkup = (guard: Guard): void => {
  let isBusy = false;

  const stopIn = (markup: unknown): string => {
    const box = document.createElement('template');
    // Trusted or not, as the page gave it: what its policy refuses here it would refuse there.
    box.innerHTML = markup as string;
    arrestIn(guard, box.content);
    return trusted().createHTML(box.innerHTML);
  };

  const mustWait = (markup: unknown): boolean =>
    (`${markup}`.match(/\/\/[^\s"'<>]+/g) || []).some((address) => guard.ask(address));

  const clean = (args: unknown[], index: number): void => {
    if (isBusy || !mustWait(args[index])) return;
    isBusy = true;
    try {
      args[index] = stopIn(args[index]);
    } finally {
      isBusy = false;
    }
  };

  const cleanFirst = (owner: object, name: string, index = 0) =>
    intercept(owner, name, (_: unknown, args, go) => {
      clean(args, index);
      return go();
    });

  for (const { prototype } of [Element, ShadowRoot]) {
    cleanFirst(prototype, 'innerHTML');
    cleanFirst(prototype, 'setHTMLUnsafe');
  }
  cleanFirst(Element.prototype, 'outerHTML');
  cleanFirst(Element.prototype, 'insertAdjacentHTML', 1);
  cleanFirst(Range.prototype, 'createContextualFragment');
  intercept(
    Element.prototype,
    'setAttributeNS',
    (self: HTMLElement, [, name, value], go) => guard.hold(self, name as string, value) || go(),
  );
  // A whole document would not survive in a template; nothing in it makes a request before it is taken out.
  for (const [owner, name] of [
    [DOMParser.prototype, 'parseFromString'],
    [Document, 'parseHTMLUnsafe'],
  ] as const)
    intercept(owner, name, (_: unknown, [markup], go) => {
      const made = go() as Document;
      if (mustWait(markup)) arrestIn(guard, made);
      return made;
    });
};
