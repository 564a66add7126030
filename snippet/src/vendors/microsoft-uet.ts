import { type Adapter, page } from './adapter.ts';

const say = (what: string, granted: boolean): void => {
  page.uetq ||= [];
  page.uetq.push('consent', what, { ad_storage: granted ? 'granted' : 'denied' });
};

/** Microsoft Advertising's universal event tracking: its queue exists before its code, which then takes its place. */
export const adapter: Adapter = { _hold: () => say('default', false), _tell: (granted) => say('update', granted) };
