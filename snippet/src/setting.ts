import { notice } from 'assent:config';
import type { Decision } from '../../schemas/types.gen.ts';
import { pageOf } from './decision.ts';
import { language } from './language.ts';

/** Where and how the visitor is asked, as the server is told. */
export type Setting = Pick<Decision, 'notice' | 'locale' | 'page' | 'regime'>;

export const setting = (): Setting => ({
  notice,
  locale: language._language,
  page: pageOf(location),
  ...(REGIME !== 'opt-in' && { regime: REGIME }),
});
