import type { ParentalAnswer } from '../../../schemas/types.gen.ts';
import { follow } from '../followed.ts';
import { post } from '../outbox.ts';
import { readMirror } from '../storage.ts';
import { refresh, say } from './child.ts';

/** Asks what a parent has decided, where one was asked, and puts that into effect. */
export const hearParent = async (): Promise<void> => {
  const { age, secret } = readMirror();
  if (!age?.asked || !secret) return;
  try {
    const response = await post('parental/answer', { secret });
    if (!response.ok) return;
    const { followed }: ParentalAnswer = await response.json();
    if (!followed) return;
    say('child');
    follow(followed, 'parent');
    refresh();
  } catch {
    // What was decided earlier counts on, and the next page asks again.
  }
};
