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

/** A visitor who must be asked can see the question. */
export const visibility = (): Finding[] => {
  const banner = document.querySelector<HTMLElement>('[data-assent-layer=banner]');
  if (!assent.get().pending || (banner?.getClientRects().length && banner.checkVisibility())) return [];
  const text =
    'Nobody sees the question: a filter list or a style of the page hides or removes it. It stays unanswered.';
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

/** A choice would be recorded: the server answers this origin, even though it refuses what is no decision. */
export const recording = async (origin: string): Promise<Finding[]> => {
  const headers = { 'content-type': 'application/json' };
  try {
    await fetch(`${origin}/v1/sites/${site}/decisions`, { method: 'POST', headers, body: '{}', credentials: 'omit' });
    return [];
  } catch {
    const text = `No decision can be recorded from here. Add ${location.origin} to the site's origins and the server to the policy's connect-src; or the server is down.`;
    return [wrong('not-recorded', text)];
  }
};
