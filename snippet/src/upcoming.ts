import { change, site } from 'assent:config';
import type { Announced } from './contract.ts';
import { emit } from './events.ts';
import { origin } from './origin.ts';

/** When the notice changes, and the page that says what changes then. */
export const announced = (): Announced => ({ ...change, changes: `${origin}/notices/${site}/` });

/** Tells the page. */
export const tellChange = (): void => emit('notice-changing', announced());
