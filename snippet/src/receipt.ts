import type { Recorded } from '../../schemas/types.gen.ts';
import { emit } from './events.ts';
import { setChoice } from './state.ts';
import { changeMirror, readChoice, writeChoice } from './storage.ts';

/** Keeps the server's answer for the visitor, and the public pseudonym that it tells, and tells the page. */
export const remember = (receipt: Recorded): void => {
  if (!receipt.subject) return;
  changeMirror({ receipt });
  // Another tab may have written a newer choice in the meantime.
  const latest = { ...readChoice(), _subject: receipt.subject };
  writeChoice(latest);
  if (latest._at) setChoice(latest);
  emit('recorded', receipt);
};
