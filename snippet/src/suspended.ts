import { needs } from './block/hosts.ts';
import { addressesIn, NAMES } from './block/loads.ts';
import { NEVER } from './block/never.ts';
import { mark } from './mark.ts';
import { isSuspended } from './withheld.ts';

const isNever = (id: string): boolean => id === NEVER || isSuspended(id);

/**
 * Whether an element is a suspended service's: it names nothing else, or its address is one of the service's, whatever
 * purpose it names.
 */
export const isOfSuspended = (element: Element): boolean => {
  const named = mark(element, 'assent')!.match(/\S+/g) || [];
  return (
    named.some((ids) => ids.split('|').every(isNever)) ||
    NAMES.some((name) =>
      [mark(element, name), element.getAttribute(name)].some(
        (value) => value && addressesIn(name, value).some((address) => needs(address) === NEVER),
      ),
    )
  );
};
