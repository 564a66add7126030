import { has } from '../state.ts';
import { type Adapter, page, whenSet } from './adapter.ts';

const report = (problem: unknown): void => {
  if (problem) console.warn('assent: Shopify did not take the choice:', problem);
};

const consent = () => ({
  analytics: has('analytics'),
  marketing: has('marketing'),
  preferences: has('functional'),
  sale_of_data: has('marketing'),
});

/** Shopify's shops: its Customer Privacy API is a feature that is loaded on demand. */
export const adapter: Adapter = {
  _await: (appeared) => whenSet('Shopify', () => whenSet('loadFeatures', appeared, page.Shopify)),
  _tell: () =>
    page.Shopify.loadFeatures([{ name: 'consent-tracking-api', version: '0.1' }], (problem: unknown) =>
      problem ? report(problem) : page.Shopify.customerPrivacy.setTrackingConsent(consent(), report),
    ),
};
