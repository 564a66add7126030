import { purposes } from 'assent:config';
import type { Landing } from './contract.ts';
import { has, isPending } from './state.ts';

/** Nowhere but here, until the visitor answers: what a campaign's address holds is measurement, too. */
let kept: Landing | undefined = { url: location.href, referrer: document.referrer };

/** Hands out how the visitor came to this document, once, when something is granted; a refusal drops it. */
export const takeLanding = (): Landing | undefined => {
  if (isPending() && !SILENCE_GRANTS) return undefined;
  const landing = kept;
  kept = undefined;
  return purposes.some(has) ? landing : undefined;
};
