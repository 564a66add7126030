import type { Finding } from '../contract.ts';
import { wrong } from './finding.ts';

// Globals that other consent tools are known by.
const globals: readonly (readonly [string, string])[] = [
  ['Cookiebot', 'Cookiebot'],
  ['OneTrust', 'OneTrust'],
  ['OnetrustActiveGroups', 'OneTrust'],
  ['klaro', 'Klaro'],
  ['CookieConsent', 'vanilla-cookieconsent'],
  ['tarteaucitron', 'tarteaucitron'],
  ['UC_UI', 'Usercentrics'],
  ['__ucCmp', 'Usercentrics'],
  ['getCkyConsent', 'CookieYes'],
  ['_iub', 'iubenda'],
  ['complianz', 'Complianz'],
  ['Didomi', 'Didomi'],
  ['truste', 'TrustArc'],
  ['Osano', 'Osano'],
  ['axeptioSDK', 'Axeptio'],
  ['Termly', 'Termly'],
  ['cmp_id', 'consentmanager'],
  ['Fides', 'Fides'],
  ['CookieScript', 'CookieScript'],
  ['BorlabsCookie', 'Borlabs Cookie'],
  ['_sp_', 'Sourcepoint'],
];

// Markup of a page makes globals of its names as well.
const isMarkup = (value: unknown): boolean => value instanceof Element || value instanceof HTMLCollection;

/** Another consent tool on the page asks a second time and may grant what was refused here. */
export const otherTools = (page: Record<string, unknown>): Finding[] => {
  // Cookiebot goes by the name of another tool, too.
  const isAlias = (name: string) => name === 'CookieConsent' && page[name] === page.Cookiebot;
  const present = globals.filter(([name]) => name in page && !isMarkup(page[name]) && !isAlias(name));
  return Array.from(new Set(present.map(([, tool]) => tool)), (tool) =>
    wrong('two-tools', `${tool} is on this page too, and the two contradict each other. Remove one of them.`),
  );
};
