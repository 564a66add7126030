import { de } from './texts/de.ts';
import { en, type Texts } from './texts/en.ts';

const catalogues: Record<string, Texts> = { en, de };

const base = (tag: string): string => tag.toLowerCase().split('-')[0] ?? '';

/** The reader's first language that there are texts for, with its region, so that en-GB gets British dates. */
export const pickLocale = (wanted: readonly string[]): string => wanted.find((tag) => base(tag) in catalogues) ?? 'en';

const locale = pickLocale(globalThis.navigator?.languages ?? []);

/** Language of the page. */
export const language = base(locale);

/** Texts in that language. */
export const t: Texts = catalogues[language] ?? en;

/** Numbers and dates as the reader writes them. */
export const format = createFormat(locale);

export interface Format {
  number(value: number): string;
  /** Percent to one decimal, so that the shares add up; an empty whole is shown as a dash, not as 0 %. */
  share(part: number, whole: number): string;
  /** A UTC day such as 2026-11-23, short. */
  day(day: string): string;
  /** The same with weekday and year. */
  longDay(day: string): string;
  /** An instant in the reader's time zone. */
  instant(iso: string): string;
  time(date: Date): string;
  /** A duration such as 8 seconds. */
  seconds(value: number): string;
}

function createFormat(locale: string): Format {
  const number = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const longDay = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeZone: 'UTC' });
  const instant = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  const seconds = new Intl.NumberFormat(locale, { style: 'unit', unit: 'second', unitDisplay: 'long' });
  return {
    number: (value) => number.format(value),
    share: (part, whole) => (whole > 0 ? percent.format(part / whole) : '–'),
    day: (text) => day.format(new Date(text)),
    longDay: (text) => longDay.format(new Date(text)),
    instant: (iso) => instant.format(new Date(iso)),
    time: (date) => time.format(date),
    seconds: (value) => seconds.format(value),
  };
}
