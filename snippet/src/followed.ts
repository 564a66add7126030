import { services } from 'assent:config';
import type { Followed } from '../../schemas/types.gen.ts';
import { answersFrom } from './choice.ts';
import { apply } from './decide.ts';
import { type Deed, toChoice } from './decision.ts';
import { emit } from './events.ts';
import { remember } from './receipt.ts';
import { current } from './state.ts';
import { writeChoice } from './storage.ts';

// What is pending there stays as it is here: like a signal, the choice answers what it names.
const toOwn = ({ recorded, decidedAt }: Followed) => {
  const purposes = answersFrom(Object.entries(recorded.choice.purposes).filter(([id]) => id !== 'essential'));
  const deed = { action: 'signal', purposes, services: recorded.choice.services } as Deed;
  return { ...toChoice(deed, current, Date.parse(decidedAt), services), _subject: recorded.subject };
};

/** Puts a choice into effect that was made elsewhere, in the visitor's account or by a parent, and tells the page. */
export const follow = (followed: Followed, source: 'account' | 'parent'): void => {
  const choice = toOwn(followed);
  if (JSON.stringify(choice) === JSON.stringify(current)) return;
  const news = { ...apply(choice), action: followed.recorded.choice.action, source };
  writeChoice(current);
  remember(followed.recorded);
  emit('change', news);
};
