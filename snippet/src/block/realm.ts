import { attempt } from '../attempt.ts';
import { patchAttributes } from './attributes.ts';
import { patchChannels } from './channels.ts';
import { patchInsertion } from './insertion.ts';
import { patchMarkup } from './markup.ts';
import { type Guard, intercept, patch, type Realm } from './patch.ts';
import { addRoot, findRoots } from './roots.ts';

const guarded = new WeakSet<Realm>();

// A blank frame lends its page functions that nobody has put a guard before. What shows a page of its own is left alone.
const guardFrame = (guard: Guard, realm: Realm | null): void => {
  attempt(() => {
    if (!realm || guarded.has(realm) || realm.location.href !== 'about:blank') return;
    guarded.add(realm);
    patch(guard, realm);
    patchRealm(guard, realm);
    addRoot(realm.document);
  });
};

/** Puts the guard before all that the stub leaves to the script. */
export const patchRealm = (guard: Guard, realm: Realm): void => {
  patchAttributes(guard, realm);
  patchMarkup(guard, realm);
  patchInsertion(guard, realm);
  patchChannels(guard, realm);
  intercept(realm.Element.prototype, 'attachShadow', (_, __, go) => {
    const root = go() as ShadowRoot;
    addRoot(root);
    return root;
  });
  for (const { prototype } of [realm.Element, realm.ShadowRoot])
    intercept(prototype, 'setHTMLUnsafe', (self, _, go) => {
      go();
      findRoots(self);
    });
  for (const name of ['contentWindow', 'contentDocument'])
    intercept(
      realm.HTMLIFrameElement.prototype,
      name,
      (_, __, go) => {
        const inner = go() as (Realm & Document) | null;
        guardFrame(guard, inner && (inner.defaultView || inner));
        return inner;
      },
      'get',
    );
};
