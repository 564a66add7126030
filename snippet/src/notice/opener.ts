import { button } from './dom.ts';

/**
 * The small button, drawn as a switch by the styles, that leads back where the page has no link of its own. Under opt-out
 * it is told by its words, "Your privacy choices" (11 CCR 7026).
 */
export const makeOpener = (texts: Texts): HTMLButtonElement =>
  REGIME === 'opt-out' ? button('open', texts._open) : button('open', '', { title: texts._open });
