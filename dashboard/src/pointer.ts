import { t } from './language.ts';

/** The members that a JSON Pointer passes, unescaped. */
export const segments = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Where in a notice a JSON Pointer points, as people call it. */
export const inWords = (pointer: string): string =>
  segments(pointer)
    .map((segment) => t.noticePage.members[segment] ?? t.noticePage.keys[segment] ?? t.purposes[segment] ?? segment)
    .join(' › ');
