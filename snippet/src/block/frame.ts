import { isGranted } from '../granted.ts';
import { mark } from '../mark.ts';
import { trusted } from '../trusted.ts';

/**
 * Pages that frames were to show by themselves (srcdoc). An attribute has the number alone: with the text in it markup
 * could bring a page past a sanitiser.
 */
const texts: string[] = [];

/** Keeps the page of a frame. Returns its number. */
export const keepText = (text: string): string => `${texts.push(text) - 1}`;

/** Gives a frame the page that was kept, once it may have it. */
export const giveText = (frame: HTMLElement): void => {
  const number = mark(frame, 'srcdoc');
  if (number && !frame.hasAttribute('srcdoc') && isGranted(frame))
    (frame as HTMLIFrameElement).srcdoc = trusted().createHTML(texts[+number] || '');
};
