import { changeMirror, readChoice, readMirror } from '../storage.ts';
import { nowSeconds } from '../time.ts';

/** What the visitor said of their age: nothing else of it is kept. */
export type Said = 'child' | 'adult';

// Of those who share a device the next one is to be asked again.
const KEPT = 30 * 86400;

/** What was said, as long as that counts. */
export let said: Said | undefined;

/** Whether nothing may be asked or recorded: of a child, and of whoever has neither said their age nor chosen before. */
export let isHeld: boolean;

/** Whether everything is refused from the start: of a child for whom no parent has decided. */
export let isMinor: boolean;

const read = (): void => {
  const { age } = readMirror();
  said = age && age.until > nowSeconds() ? age.said : undefined;
  const hasChosen = !!readChoice()._at;
  isHeld = said ? said === 'child' : !hasChosen;
  isMinor = said === 'child' && !hasChosen;
};

read();
// Another tab was told.
addEventListener('storage', read);

/** Remembers what was said for a month. */
export const say = (said: Said): void => {
  changeMirror({ age: { ...readMirror().age, said, until: nowSeconds() + KEPT } });
  read();
};

/** Remembers that a parent was asked, so that their answer is looked for. */
export const waitForParent = (): void => {
  changeMirror({ age: { ...readMirror().age!, asked: true } });
};

/** Looks again at what is stored. */
export const refresh = read;
