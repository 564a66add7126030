import { has } from '../state.ts';

/** Whether any of some purposes or services, separated by |, is granted. */
export const isAnyGranted = (ids: string): boolean => ids.split('|').some(has);
