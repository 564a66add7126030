import { purposes, services } from 'assent:config';
import type { Finding } from '../contract.ts';
import { mark } from '../mark.ts';
import { wrong } from './finding.ts';

const known = ['essential', ...purposes, ...services.map(({ _id }) => _id)];

/** Whether some purpose or service of the site has this name. */
export const isKnown = (name: string): boolean => known.includes(name);

// What auto-block has annotated is no text of the owner's, and it separates by | what any grant will do for.
const WORDS = HAS_AUTOBLOCK ? /[^\s|]+/g : /\S+/g;

/** A name that the notice lacks is never granted, so that what carries it waits for ever; so does what carries none. */
export const unknownNames = (page: ParentNode): Finding[] => {
  const carriers = Array.from(page.querySelectorAll('[data-assent]:not([data-assent-held])'));
  const names = new Set(carriers.flatMap((carrier) => mark(carrier, 'assent')!.match(WORDS) || ['']));
  return [...names]
    .filter((name) => !isKnown(name))
    .map((name) =>
      wrong(
        'unknown-name',
        `data-assent="${name}" names neither a purpose nor a service of this site, so that what carries it never runs. ` +
          `Write one of: ${known.join(', ')}.`,
      ),
    );
};
