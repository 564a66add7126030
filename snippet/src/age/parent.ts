import { purposes } from 'assent:config';
import type { ParentalAnswer } from '../../../schemas/types.gen.ts';
import { answersOf } from '../choice.ts';
import type { Change } from '../contract.ts';
import { apply } from '../decide.ts';
import { emit } from '../events.ts';
import { follow } from '../followed.ts';
import { post } from '../outbox.ts';
import { current } from '../state.ts';
import { readMirror, writeChoice } from '../storage.ts';
import { nowSeconds } from '../time.ts';
import { refresh, say } from './child.ts';

const takeBack = (): Change => {
  const news = apply({ ...current, _at: nowSeconds(), _answers: answersOf(purposes, () => false) });
  writeChoice(current);
  return news;
};

/** Asks what a parent has decided, where one was asked, and puts that into effect. */
export const hearParent = async (): Promise<void> => {
  const { age, secret } = readMirror();
  if (!age?.asked || !secret) return;
  try {
    const response = await post('parental/answer', { secret });
    if (!response.ok) return;
    const { state, followed }: ParentalAnswer = await response.json();
    if (state === 'waiting') return;
    say('child');
    if (followed) follow(followed, 'parent');
    // All of it was erased: what had been allowed is allowed no more.
    else if (current._at) emit('change', takeBack());
    refresh();
  } catch {
    // What was decided earlier counts on, and the next page asks again.
  }
};
