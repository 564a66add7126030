import { attempt } from '../attempt.ts';
import { arrestIn } from './arrest.ts';
import { type Guard, intercept, type Realm } from './patch.ts';

const OWNERS = ['Node', 'Element', 'CharacterData', 'DocumentFragment', 'Document', 'Range'] as const;

/** Whatever puts nodes somewhere: each owner has some of these. */
const WAYS =
  'appendChild insertBefore replaceChild append prepend replaceChildren before after replaceWith insertAdjacentElement insertNode importNode adoptNode';

// Making a part of a page makes no request before it gets into the document, or into that of another page.
const isEntering = (self: Node, node: Node | undefined): node is Element =>
  !!(node as Element | undefined)?.querySelectorAll &&
  node!.parentNode !== self &&
  (self.isConnected !== false || node!.ownerDocument !== self.ownerDocument);

/** Looks at what scripts put into the page just before it gets there, however it came to its address. */
export const patchInsertion = (guard: Guard, realm: Realm): void => {
  for (const owner of OWNERS)
    for (const way of WAYS.split(' '))
      intercept(realm[owner].prototype, way, (self: Node, args, go) => {
        for (const node of args as Node[]) if (isEntering(self, node)) attempt(() => arrestIn(guard, node));
        return go();
      });
};
