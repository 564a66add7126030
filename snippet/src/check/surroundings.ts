import { site } from 'assent:config';
import type { Finding } from '../contract.ts';
import { doubt, wrong } from './finding.ts';

/** The script is there once. */
export const inclusion = (): Finding[] => {
  const own = Array.from(document.scripts, ({ src }) => src).filter((src) => src.includes(`/s/${site}`));
  const main = own.filter((src) => new RegExp(`/s/${site}(/[^/]+)?\\.js$`).test(src.split(/[?#]/)[0]!));
  if (main.length < 2) return [];
  return [
    wrong('twice', 'The script of Assent is on this page more than once. The first one works; remove the others.'),
  ];
};

/** Milliseconds in which the question comes to a page that asks. */
const PATIENCE = 3000;

const shown = (): Promise<void> =>
  new Promise((resolve) => {
    assent.on('show', () => resolve());
    setTimeout(resolve, PATIENCE);
  });

// The names of the options changed; older browsers know the second two.
const SEEN = { opacityProperty: true, visibilityProperty: true, checkOpacity: true, checkVisibilityCSS: true };

const isSeen = (banner: HTMLElement): boolean => {
  const { top, bottom, height } = banner.getBoundingClientRect();
  return height > 0 && top < innerHeight && bottom > 0 && banner.checkVisibility(SEEN);
};

/** A visitor who must be asked can see the question. */
export const visibility = async (): Promise<Finding[]> => {
  if (!assent.get().pending) return [];
  await shown();
  const banner = document.querySelector<HTMLElement>('[data-assent-layer=banner]');
  if (banner && isSeen(banner)) return [];
  const how = banner
    ? 'hides it: a filter list of an ad blocker, or a style of the page'
    : 'has taken it out: an ad blocker, or a script of the page';
  const text = `Nobody can see the question, because something ${how}. It stays unanswered.`;
  return [wrong('hidden', text)];
};

/** A choice can be kept. */
export const storage = (): Finding[] => {
  try {
    localStorage.getItem('assent');
    if (navigator.cookieEnabled) return [];
  } catch {
    // Told below, as where cookies alone are off.
  }
  return [
    doubt('no-storage', 'This browser keeps no cookies or storage for the page: the question comes on each page.'),
  ];
};
