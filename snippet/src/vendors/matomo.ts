import { type Adapter, page } from './adapter.ts';

// As text, because names that begin with an underscore are shortened.
const QUEUE = '_paq';

const push = (method: string): void => {
  page[QUEUE] ||= [];
  page[QUEUE].push([method]);
};

/** Matomo: without consent no request and nothing stored, also with a tag that runs. */
export const adapter: Adapter = {
  _hold: () => push('requireConsent'),
  _tell: (granted) => push(granted ? 'setConsentGiven' : 'forgetConsentGiven'),
};
