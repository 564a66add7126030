import { type Adapter, page, whenSet } from './adapter.ts';

const allow = (which: string): void => page.zE('messenger:set', 'cookies', which);

/** Zendesk's messaging, which goes on without storage. */
export const adapter: Adapter = {
  _await: (appeared) => whenSet('zE', appeared),
  _hold: () => allow('none'),
  _tell: (granted) => allow(granted ? 'all' : 'none'),
};
