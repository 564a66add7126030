import { type Adapter, page, whenSet } from './adapter.ts';

/** Mixpanel, on the page as `mixpanel`: by its snippet, or put there by the page's own bundle. */
export const adapter: Adapter = {
  _await: (appeared) => whenSet('mixpanel', appeared),
  _hold: () => page.mixpanel.opt_out_tracking(),
  // That somebody consented is not an event to be sent.
  _tell: (granted) => (granted ? page.mixpanel.opt_in_tracking({ track() {} }) : page.mixpanel.opt_out_tracking()),
};
