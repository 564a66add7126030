import { type Adapter, page } from './adapter.ts';

// As text, because names that begin with an underscore are shortened.
const QUEUE = '_paq';

const push = (...call: string[]): void => {
  page[QUEUE] ||= [];
  page[QUEUE].push(call);
};

/** Matomo: without consent no request and nothing stored, also with a tag that runs. */
export const adapter: Adapter = {
  _hold: () => push('requireConsent'),
  _tell(granted, landing) {
    if (landing) {
      push('setCustomUrl', landing.url);
      push('setReferrerUrl', landing.referrer);
    }
    push(granted ? 'setConsentGiven' : 'forgetConsentGiven');
  },
};
