import { fill } from './fill.ts';
import { cover, type Means } from './placeholder.ts';
import { announceRemovals } from './removed.ts';

/** What only some visits show; the script hands over what this part needs of it. */
export default (means: Means) => {
  announceRemovals();
  return {
    /** Puts a placeholder over an embed that waits for a grant. */
    _cover: (embed: HTMLElement) => cover(embed, means),
    /** Fills what is folded away in the preferences: the services' details and the visitor's own panel. */
    _fill: fill,
  };
};
