import { texts } from 'assent:visitor';
import { fill } from './fill.ts';
import type { Hand } from './means.ts';
import { cover } from './placeholder.ts';
import { announceRemovals } from './removed.ts';

/** What only some visits show; the script hands over what this part needs of it. */
export default (hand: Hand) => {
  const { _language, _visitor } = hand._texts;
  const means = { ...hand, _language, _words: _visitor || texts };
  announceRemovals(means);
  return {
    /** Puts a placeholder over an embed that waits for a grant. */
    _cover: (embed: HTMLElement) => cover(embed, means),
    /** Fills in what the preferences keep folded away. */
    _fill: (dialog: HTMLDialogElement) => fill(dialog, means),
  };
};
