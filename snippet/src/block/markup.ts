import { trusted } from '../trusted.ts';
import { arrest } from './arrest.ts';
import { type Guard, intercept } from './patch.ts';

/** Lets a page's markup make elements only after those that must wait were stopped in it. */
export const patchMarkup = (guard: Guard): void => {
  let isBusy = false;

  const stopIn = (markup: unknown): string => {
    const box = document.createElement('template');
    // Trusted or not, as the page gave it: what its policy refuses here it would refuse there.
    box.innerHTML = markup as string;
    for (const element of box.content.querySelectorAll<HTMLElement>('script,iframe,img,link')) arrest(guard, element);
    return trusted().createHTML(box.innerHTML);
  };

  const clean = (args: unknown[], index: number): void => {
    const hosts = `${args[index]}`.match(/\/\/[^\s"'<>]+/g) || [];
    if (isBusy || !hosts.some((address) => guard.ask(address))) return;
    isBusy = true;
    try {
      args[index] = stopIn(args[index]);
    } finally {
      isBusy = false;
    }
  };

  const cleanFirst = (owner: object, name: string, kind: 'value' | 'set', index = 0) =>
    intercept(owner, name, kind, (_: unknown, args, go) => {
      clean(args, index);
      return go();
    });

  cleanFirst(Element.prototype, 'innerHTML', 'set');
  cleanFirst(Element.prototype, 'outerHTML', 'set');
  cleanFirst(Element.prototype, 'insertAdjacentHTML', 'value', 1);
  cleanFirst(Range.prototype, 'createContextualFragment', 'value');
};
