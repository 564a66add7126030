import { has } from '../state.ts';
import { type Adapter, page } from './adapter.ts';

// Zaraz makes up the ids of its purposes; their names are the owner's.
const consent = (): { [id: string]: boolean } =>
  Object.fromEntries(
    Object.entries<{ name: string | Record<string, string> }>(page.zaraz.consent.purposes).map(([id, { name }]) => [
      id,
      [name]
        .flatMap((one) => (typeof one === 'string' ? one : Object.values(one)))
        .some((one) => has(one.toLowerCase())),
    ]),
  );

/** Cloudflare Zaraz: purposes there carry the ids of the notice's purposes as names. */
export const adapter: Adapter = {
  _await: (appeared) =>
    page.zaraz?.consent?.APIReady ? appeared() : document.addEventListener('zarazConsentAPIReady', appeared),
  _tell(granted) {
    page.zaraz.consent.set(consent());
    if (granted) page.zaraz.consent.sendQueuedEvents();
  },
};
