import { choice, purposeState } from './choice.js';
import { fill } from './dom.js';

const count = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`;

const describe = (made) => {
  const current = choice();
  if (!current)
    return ['Everything waits', 'Assent has not started yet, so no third party has been asked for anything.'];
  const states = ['analytics', 'marketing'].map(purposeState);
  const sent = count(made.length, 'request');
  if (current.pending) return ['Everything waits', `Nobody has chosen yet. Third parties have received ${sent}.`];
  if (states.every((state) => state === 'granted'))
    return ['All accepted', `Third parties have received ${sent}, each after the choice.`];
  if (Object.values(current.services).some(Boolean))
    return ['Partly accepted', `What was allowed runs; the rest stays off. Third parties have received ${sent}.`];
  if (made.length)
    return [
      'All refused',
      `The ${sent} below ${made.length === 1 ? 'was' : 'were'} made before the refusal. Nothing follows.`,
    ];
  return ['All refused', 'Third parties have received 0 requests, and it stays that way.'];
};

/** Says the main thing in one sentence. Screen readers hear it when it changes. */
export const showHeadline = (made) => {
  const [headline, explanation] = describe(made);
  fill('headline', headline);
  fill('jump-headline', `${headline.toLowerCase()}, ${count(made.length, 'request')}`);
  fill('explanation', explanation);
};
