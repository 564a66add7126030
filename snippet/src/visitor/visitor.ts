import { fill } from './fill.ts';
import { cover, type Means } from './placeholder.ts';
import { tellRemoved } from './removed.ts';

/** What only some visits show; the script hands over what this part needs of it. */
export default (means: Means) => ({
  /** Puts a placeholder over an embed that waits for a grant. */
  _cover: (embed: HTMLElement) => cover(embed, means),
  /** Fills what is folded away in the preferences: the services' details and the visitor's own panel. */
  _fill: fill,
  /** Announces how many entries of refused services were removed. */
  _tellRemoved: tellRemoved,
});
