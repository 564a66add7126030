import { type Adapter, page, whenSet } from './adapter.ts';

/** Meta Pixel. Its snippet does nothing where it finds `fbq`; what it queues is held when the revocation goes first. */
export const adapter: Adapter = {
  _await: (appeared) => whenSet('fbq', appeared),
  _hold: () => page.fbq.queue?.unshift(['consent', 'revoke']),
  _tell: (granted) => page.fbq('consent', granted ? 'grant' : 'revoke'),
};
