import { attempt } from '../attempt.ts';
import { mark } from '../mark.ts';
import { trusted } from '../trusted.ts';
import { arrest, isHeld } from './arrest.ts';
import { LOADERS, mentionedIn } from './loads.ts';
import { type Guard, intercept, type Realm } from './patch.ts';

// What stands in these is text.
const TEXTS = 'script|style|textarea|title|noscript';
const ATTRIBUTES = `((?:[^>"']|"[^"]*"|'[^']*')*)`;

/** An element of text as a whole, or the tag of one that makes requests. */
const TAG = RegExp(
  `<(${TEXTS})(?![\\w-])${ATTRIBUTES}>(?:[^]*?</\\1\\s*>)?|<(${LOADERS.replace(/,/g, '|')})(?![\\w-])${ATTRIBUTES}>`,
  'gi',
);

/** Names that a tag that waits must not keep. */
const ADDRESS = /(^|[\s"'/])(?:xlink:)?(src|srcset|href|data|poster|imagesrcset)(?=\s*=)/gi;
const TYPE = /(^|[\s"'/])(type)(?=\s*=)/gi;
const SRCDOC = /(^|[\s"'/])srcdoc\s*=\s*("[^"]*"|'[^']*'|\S+)/i;

// In a document of its own, where nothing is loaded.
const parse = (tag: string): HTMLElement | null =>
  new DOMParser().parseFromString(trusted().createHTML(tag), 'text/html').querySelector(LOADERS);

// Annotates a tag where it stands, and adds no quote: it may stand in an attribute or a script's text itself.
const stopTag = (guard: Guard, tag: string, name: string, attributes: string): string => {
  const element = parse(tag);
  if (!element || !arrest(guard, element)) return tag;
  const isScript = element.localName === 'script';
  // Beside what the page keeps for later by itself, an address is a stopgap.
  const rename = (_: string, before: string, attribute: string) =>
    `${before}data-${attributes.includes(`data-${attribute}`) ? 'assent-' : ''}${attribute}`;
  const rest = attributes
    .replace(isScript ? TYPE : ADDRESS, rename)
    .replace(SRCDOC, `$1data-srcdoc=${mark(element, 'srcdoc')}`);
  const marks = isHeld(element) ? `data-assent-held data-assent=${mark(element, 'assent')} ` : '';
  return `<${name} ${isScript ? 'type=text/plain ' : ''}${marks}${rest}${tag.slice(name.length + attributes.length + 1)}`;
};

/**
 * Annotates what must wait in a page's markup before it makes elements. What few pages do is left to this script, and not
 * watched by the stub.
 */
export const patchMarkup = (guard: Guard, realm: Realm): void => {
  const { TrustedHTML } = realm as unknown as { TrustedHTML?: new () => object };

  const isSuspect = (markup: string): boolean =>
    /data-assent\s*=/i.test(markup) || mentionedIn(markup).some((address) => guard.ask(address));

  const stopIn = (markup: string): string =>
    markup.replace(TAG, (tag, text, itsOwn, loader, others) =>
      /^<(style|textarea|title|noscript)/i.test(tag) || !isSuspect(tag)
        ? tag
        : stopTag(guard, tag, text || loader, itsOwn ?? others),
    );

  // Trusted or not, as the page gave it: what its policy refuses without this script it must refuse with it.
  const clean = (args: unknown[], index: number, count = 1): void => {
    const given = args.slice(index, index + count);
    const markup = given.join('');
    if (!isSuspect(markup)) return;
    const isTrusted = given.every((part) => TrustedHTML && part instanceof TrustedHTML);
    args.splice(index, count, isTrusted ? trusted().createHTML(stopIn(markup)) : stopIn(markup));
  };

  const cleanFirst = (owner: object, name: string, index?: number, count?: number) =>
    intercept(owner, name, (self: Element, args, go) => {
      // Where the page's policy leaves this script no way to read it, it is better shown than lost.
      if (!RegExp(`^(${TEXTS})$`).test(self.localName)) attempt(() => clean(args, index || 0, count));
      return go();
    });

  for (const { prototype } of [realm.Element, realm.ShadowRoot])
    for (const name of ['innerHTML', 'setHTML', 'setHTMLUnsafe']) cleanFirst(prototype, name);
  cleanFirst(realm.Element.prototype, 'outerHTML');
  cleanFirst(realm.Element.prototype, 'insertAdjacentHTML', 1);
  cleanFirst(realm.Range.prototype, 'createContextualFragment');
  cleanFirst(realm.Document.prototype, 'execCommand', 2);
  for (const name of ['write', 'writeln']) cleanFirst(realm.Document.prototype, name, 0, Infinity);
};
