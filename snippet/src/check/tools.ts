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
];

/** Another consent tool on the page asks a second time and may grant what was refused here. */
export const otherTools = (page: Record<string, unknown>): Finding[] => {
  const present = globals.filter(([name]) => name in page && !(page[name] instanceof Element));
  return Array.from(new Set(present.map(([, tool]) => tool)), (tool) =>
    wrong('two-tools', `${tool} is on this page too, and the two contradict each other. Remove one of them.`),
  );
};
