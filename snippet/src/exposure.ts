import { notice } from 'assent:config';
import { on } from './events.ts';
import { post } from './outbox.ts';

/** The server's word that it was told of the notice on this page before the visitor chose: what no bot has by chance. */
export let shown: string | undefined;

/** Tells the server whenever the visitor is shown a layer. A choice that does not wait for its answer counts all the same. */
export const tellShown = (): void => {
  on('show', async () => {
    try {
      shown = (await (await post('exposures', { notice, event: 'shown' })).json()).shown;
    } catch {
      // Nothing waits for it: without an answer the decision is flagged, and kept.
    }
  });
};
