import { has } from '../state.ts';
import { type Adapter, page } from './adapter.ts';

const say = (): void => {
  page.clarity ||= (...call: unknown[]) => {
    page.clarity.q ||= [];
    page.clarity.q.push(call);
  };
  const storage = (purpose: string) => (has(purpose) ? 'granted' : 'denied');
  page.clarity('consentv2', { ad_Storage: storage('marketing'), analytics_Storage: storage('analytics') });
};

/** Microsoft Clarity, consent API version 2; its snippet takes over the queue that it finds. */
export const adapter: Adapter = { _hold: say, _tell: say };
