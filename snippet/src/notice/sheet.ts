import { css } from 'assent:config';
import { attempt } from '../attempt.ts';
import { adopt, append } from './adopt.ts';

let room: CSSStyleSheet | undefined;

/** Applies the styles of the notice; without them it stands at the top of the page. */
export const applyStyles = (): void => {
  adopt(css, '#assent-root');
  attempt(() => {
    room = new CSSStyleSheet();
    append(room);
  });
};

/**
 * Lets the page scroll so far that the notice, which covers so many pixels from the bottom, hides nothing for good:
 * what is focused must not end up behind it (WCAG 2.4.11).
 */
export const keepRoom = (pixels: number): void => {
  // A page that does not scroll must not begin to.
  const scrolls = document.documentElement.scrollHeight > innerHeight;
  const bottom = `padding-bottom:${pixels}px`;
  room?.replaceSync(pixels ? `html{scroll-${bottom};${scrolls ? bottom : ''}}` : '');
};
