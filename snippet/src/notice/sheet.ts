import { css } from 'assent:config';
import { attempt } from '../attempt.ts';
import { important } from './important.ts';

let room: CSSStyleSheet | undefined;

/**
 * Applies the styles: a constructed sheet needs no permission of the page's Content-Security-Policy. Browsers before
 * 2023 do not know it and show the notice plainly, at the top of the page.
 */
export const applyStyles = (): void => {
  room = attempt(() => {
    const sheet = new CSSStyleSheet();
    const forPage = new CSSStyleSheet();
    sheet.replaceSync(important(css, '#assent-root'));
    document.adoptedStyleSheets.push(sheet, forPage);
    return forPage;
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
