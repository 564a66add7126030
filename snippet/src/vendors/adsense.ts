import { type Adapter, page } from './adapter.ts';

const pause = (on: 0 | 1): void => {
  page.adsbygoogle ||= [];
  page.adsbygoogle.pauseAdRequests = on;
};

/** AdSense: no advertisement is asked for. Whether it may be personal is told by Consent Mode. */
export const adapter: Adapter = { _hold: () => pause(1), _tell: (granted) => pause(granted ? 0 : 1) };
