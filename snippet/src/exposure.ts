import type { Layer } from './contract.ts';
import { on } from './events.ts';
import { post } from './outbox.ts';
import { setting } from './setting.ts';
import { isPending } from './state.ts';

/** The server's word that it was told of the notice on this page before the visitor chose: what no bot has by chance. */
export let shown: string | undefined;

const tell =
  (event: 'shown' | 'hidden') =>
  async ({ layer }: Layer): Promise<void> => {
    if (IS_HELD) return;
    try {
      const answer = await (await post('exposures', { ...setting(), event, layer })).json();
      // While the visitor has no choice, the first word says since when there is the question.
      shown = (isPending() && shown) || answer.shown;
    } catch {
      // Nothing waits for it: without an answer the decision is flagged, and kept. There is none to what is hidden.
    }
  };

/** Tells the server what becomes of the layers. A choice that does not wait for its answer counts all the same. */
export const tellExposures = (): void => {
  on('show', tell('shown'));
  on('hidden', tell('hidden'));
};
