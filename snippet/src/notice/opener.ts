import { button } from './dom.ts';

/** The small button, drawn as a switch by the styles, that leads back where the page has no link of its own. */
export const makeOpener = (texts: Texts): HTMLButtonElement => button('open', '', { title: texts._open });
