import { texts } from 'assent:visitor';
import type { Mirror } from '../storage.ts';
import { fillFacts } from './facts.ts';
import { fillPanel } from './panel.ts';

/** Fills what the preferences keep folded away, in the language that they are shown in. */
export const fill = (dialog: HTMLElement, language: string, mirror: Mirror): void => {
  const words = texts[language]!;
  fillFacts(dialog, words, language);
  const panel = dialog.querySelector<HTMLElement>('div>details');
  if (panel) fillPanel(panel, words, language, mirror);
};
