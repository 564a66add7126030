import { purposes, services } from 'assent:config';
import type { Finding } from '../contract.ts';
import { wrong } from './finding.ts';

/** A name that the notice lacks is never granted, so that what carries it waits for ever; so does what carries none. */
export const unknownNames = (page: ParentNode): Finding[] => {
  const known = ['essential', ...purposes, ...services.map(({ _id }) => _id)];
  const carriers = Array.from(page.querySelectorAll<HTMLElement>('[data-assent]'));
  const names = new Set(carriers.flatMap(({ dataset }) => dataset.assent!.match(/\S+/g) || ['']));
  return [...names]
    .filter((name) => !known.includes(name))
    .map((name) =>
      wrong(
        'unknown-name',
        `data-assent="${name}" names neither a purpose nor a service of this site, so that what carries it never runs. ` +
          `Write one of: ${known.join(', ')}.`,
      ),
    );
};
