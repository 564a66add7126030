import type { Notice } from '../../schemas/types.gen.ts';
import { t } from './language.ts';

/** The members that a JSON Pointer passes, unescaped. */
export const segments = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Where in a notice a JSON Pointer points, as people call it; services by name where it counts them. */
export const inWords = (pointer: string, notice?: Notice): string =>
  segments(pointer)
    .map((segment, i, [list]) => (i === 1 && list === 'services' && nameOf(notice, Number(segment))) || segment)
    .map((segment) => t.noticePage.members[segment] ?? t.noticePage.keys[segment] ?? t.purposes[segment] ?? segment)
    .join(' › ');

const nameOf = (notice: Notice | undefined, i: number): string | undefined => {
  const service = notice?.services?.[i];
  return service?.name || service?.id;
};
