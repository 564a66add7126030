import { site } from 'assent:config';
import { texts } from 'assent:visitor';
import { h } from '../notice/dom.ts';
import { origin } from '../origin.ts';
import type visitor from './visitor.ts';

/** The secret stays here: the page gets something that stands for it once, behind the # of its address, which no log has. */
const handOver = async (secret: string | undefined): Promise<string> => {
  const answer = await fetch(`${origin}/v1/sites/${site}/handovers`, {
    method: 'POST',
    body: JSON.stringify({ secret }),
  });
  if (!answer.ok) throw Error(await answer.text());
  return `${origin}/rights/${site}/#${(await answer.json()).token}`;
};

/** The visitor's panel leads to the page of receipts and rights. */
export default (part: typeof visitor): typeof visitor =>
  (hand) => {
    const made = part(hand);
    const [label, failed] = (hand._texts._visitor || texts)._rights!;
    const go = async (status: HTMLElement): Promise<void> => {
      // Opened at once, as browsers open nothing that they were not just asked for.
      const tab = open();
      try {
        const address = await handOver(hand._mirror().secret);
        if (!tab) return location.assign(address);
        tab.opener = null;
        tab.location = address;
      } catch {
        tab?.close();
        status.textContent = failed;
      }
    };
    const way = (): Node => {
      const status = h('span', { role: 'status' });
      const button = h('button', {}, label);
      button.addEventListener('click', () => go(status));
      return h('p', {}, button, ' ', status);
    };
    const _fill = (dialog: HTMLDialogElement): void => {
      made._fill(dialog);
      dialog.querySelector('div>details')?.append(way());
    };
    return { ...made, _fill };
  };
