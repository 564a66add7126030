import { services } from 'assent:config';
import { css } from 'assent:visitor';
import { adopt } from '../notice/adopt.ts';
import { tellFacts } from './facts.ts';
import type { Means } from './means.ts';
import { tellChoice } from './panel.ts';

let styled = false;

const unfold = (details: HTMLDetailsElement, about: readonly Node[]): void => {
  if (details.childElementCount === 1) details.append(...about);
};

/** Fills in what the preferences keep folded away: what is told of each service, and the visitor's own panel. */
export const fill = (dialog: HTMLDialogElement, means: Means): void => {
  if (!styled) adopt(css, '#assent-root');
  styled = true;
  for (const input of dialog.querySelectorAll<HTMLInputElement>('[data-assent-service]')) {
    const index = services.findIndex(({ _id }) => _id === input.dataset.assentService);
    unfold(input.closest('li')!.querySelector('details')!, tellFacts(index, means));
  }
  const panel = dialog.querySelector<HTMLDetailsElement>('div>details');
  if (panel) unfold(panel, tellChoice(means));
};
