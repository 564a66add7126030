import { mark } from './mark.ts';
import { has } from './state.ts';
import { isOfSuspended } from './suspended.ts';

/** Embeds that the visitor wants to see for once, without a grant. */
export const once = new Set<Element>();

/** Whether any of some purposes or services, separated by |, is granted. */
export const isAnyGranted = (ids: string): boolean => ids.split('|').some(has);

/** Whether everything that an element's annotation names is granted. */
export const isGranted = (element: Element): boolean =>
  !(HAS_SUSPENDED && isOfSuspended(element)) &&
  (once.has(element) ||
    !!mark(element, 'assent')!
      .match(/\S+/g)
      ?.every(HAS_AUTOBLOCK ? isAnyGranted : has));
