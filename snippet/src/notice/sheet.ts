import { css } from 'assent:config';
import { attempt } from '../attempt.ts';

let room: CSSStyleRule | undefined;

/**
 * Applies the styles: a constructed sheet needs no permission of the page's Content-Security-Policy. Browsers before
 * 2023 do not know it and show the notice plainly, at the top of the page.
 */
export const applyStyles = (): void => {
  room = attempt(() => {
    const sheet = new CSSStyleSheet();
    // The first rule is for the page itself: what is focused must not end up behind the notice (WCAG 2.4.11).
    sheet.replaceSync(`html{}${css.replace(/&/g, '#assent-root').replace(/[^}](?=[;}])/g, '$&!important')}`);
    document.adoptedStyleSheets.push(sheet);
    return sheet.cssRules[0] as CSSStyleRule;
  });
};

/** Lets the page scroll so far that the notice, which covers so many pixels from the bottom, hides nothing for good. */
export const keepRoom = (pixels: number): void => {
  if (!room) return;
  // A page that does not scroll must not begin to.
  const scrolls = pixels && document.documentElement.scrollHeight > innerHeight;
  room.style.paddingBottom = scrolls ? `${pixels}px` : '';
  room.style.scrollPaddingBottom = `${pixels}px`;
};
