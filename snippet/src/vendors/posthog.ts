import { type Adapter, page, whenSet } from './adapter.ts';

/** PostHog, on the page as `posthog`: by its snippet, or put there by the page's own bundle. */
export const adapter: Adapter = {
  _await: (appeared) => whenSet('posthog', appeared),
  _hold: () => page.posthog.opt_out_capturing(),
  // That somebody consented is not an event to be sent.
  _tell: (granted) =>
    granted ? page.posthog.opt_in_capturing({ captureEventName: false }) : page.posthog.opt_out_capturing(),
};
