import type { Finding } from './contract.ts';
import { begun } from './google.ts';
import { origin } from './origin.ts';
import { loadPart } from './part.ts';

/** Tells what is wrong with consent on this page, in the console too. */
export const selfTest = (): Promise<Finding[]> => loadPart('check').then((check) => check(begun, origin));
