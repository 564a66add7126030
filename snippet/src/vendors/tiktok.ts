import { type Adapter, page } from './adapter.ts';

/** TikTok Pixel: its snippet and then its code take over the queue that they find. */
export const adapter: Adapter = {
  _hold() {
    page.ttq ||= [];
    page.ttq.unshift?.(['holdConsent']);
  },
  _tell(granted) {
    const method = granted ? 'grantConsent' : 'revokeConsent';
    if (page.ttq[method]) page.ttq[method]();
    else page.ttq.push([method]);
  },
};
