import { format, t } from './language.ts';
import type { Dimension } from './view.ts';

/** What a value of a dimension is called. */
export const nameOf = (dimension: Dimension, value: string): string => {
  if (!value) return t.rates.unknown;
  switch (dimension) {
    case 'country':
      return format.country(value);
    case 'locale':
      return format.tongue(value);
    case 'source':
      return t.sources[value] ?? value;
    case 'device':
    case 'browser':
    case 'regime':
      return t.values[value] ?? value;
    case 'notice':
      return value.slice(0, 8);
    default:
      return value;
  }
};
