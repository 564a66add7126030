import { mark } from '../mark.ts';
import { arrest, isHeld } from './arrest.ts';
import { type Guard, intercept, type Realm } from './patch.ts';

/** Properties that hold an address; `patch` has put a guard before the usual ones. */
const USUAL = ['Script.src', 'IFrame.src', 'Image.src', 'Image.srcset', 'Link.href'];
const RARE = [
  'Frame.src',
  'IFrame.srcdoc',
  'Link.imageSrcset',
  'Source.src',
  'Source.srcset',
  'Media.src',
  'Video.poster',
  'Track.src',
  'Embed.src',
  'Object.data',
  'Input.src',
];

// Who reads an address back, to change it, is told the one that waits.
const kept = (self: HTMLElement, name: string): string => {
  const address = isHeld(self) && mark(self, name.toLowerCase());
  if (!address || name === 'srcdoc') return '';
  return /srcset/i.test(name) ? address : Object.assign(document.createElement('a'), { href: address }).href;
};

/** Puts the guard before the rarer ways to give an element its address. */
export const patchAttributes = (guard: Guard, realm: Realm): void => {
  for (const property of [...USUAL, ...RARE]) {
    const [kind, name] = property.split('.') as ['Link', 'href'];
    const { prototype } = realm[`HTML${kind}Element`];
    intercept(prototype, name, (self, _, go) => kept(self, name) || go(), 'get');
    if (!USUAL.includes(property))
      intercept(prototype, name, (self, [value], go) => guard.hold(self, name, value) || go());
  }
  intercept(
    realm.Element.prototype,
    'setAttributeNS',
    (self, [_, name, value], go) => guard.hold(self, name as string, value) || go(),
  );
  for (const name of ['setAttributeNode', 'setAttributeNodeNS'])
    intercept(realm.Element.prototype, name, (self, [attribute], go) => {
      const { name, value } = attribute as Attr;
      return guard.hold(self, name, value) ? null : go();
    });
  intercept(
    realm.Attr.prototype,
    'value',
    ({ ownerElement, name }: Attr, [value], go) =>
      (ownerElement && guard.hold(ownerElement as HTMLElement, name, value)) || go(),
  );
  // A list of attributes does not tell whose it is before it has the new one.
  for (const name of ['setNamedItem', 'setNamedItemNS'])
    intercept(realm.NamedNodeMap.prototype, name, (_, [attribute], go) => {
      const before = go();
      arrest(guard, (attribute as Attr).ownerElement as HTMLElement);
      return before;
    });
};
