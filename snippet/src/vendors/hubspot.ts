import { has } from '../state.ts';
import { type Adapter, page } from './adapter.ts';

// As text, because names that begin with an underscore are shortened.
const QUEUE = '_hsp';

/** HubSpot, which keeps nothing of it: hence again on each page. */
export const adapter: Adapter = {
  _hold: () => {
    page.disableHubSpotCookieBanner = true;
  },
  _tell(granted) {
    const consent = { analytics: has('analytics'), advertisement: has('marketing'), functionality: has('functional') };
    page[QUEUE] ||= [];
    page[QUEUE].push(granted ? ['setHubSpotConsent', consent] : ['revokeCookieConsent']);
  },
};
