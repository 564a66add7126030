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
  /** A UTC day with its year. */
  date(day: string): string;
  /** The beginning of an hour, a day or a week, short. */
  interval(iso: string, each: string, zone: string): string;
  /** The same with everything. */
  longInterval(iso: string, each: string, zone: string): string;
  /** A difference of shares, in percentage points, with its sign. */
  points(difference: number): string;
  /** From one number of percentage points to another, without a sign. */
  spread(lowest: number, highest: number): string;
  /** From one share to another. */
  range(lowest: number, highest: number): string;
  country(code: string): string;
  tongue(tag: string): string;
  weekday(iso: string, zone: string): string;
  /** A duration in its largest whole unit, such as 2 minutes. */
  duration(seconds: number): string;
  /** A number of years, months, weeks or days. */
  unit(value: number, unit: 'year' | 'month' | 'week' | 'day'): string;
  /** An instant in the reader's time zone. */
  instant(iso: string): string;
  time(date: Date): string;
  /** A duration such as 8 seconds. */
  seconds(value: number): string;
}

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

function createFormat(locale: string): Format {
  const number = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
  const instant = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  const seconds = new Intl.NumberFormat(locale, { style: 'unit', unit: 'second', unitDisplay: 'long' });
  const signed = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, signDisplay: 'exceptZero' });
  const tenths = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const countries = new Intl.DisplayNames(locale, { type: 'region' });
  const tongues = new Intl.DisplayNames(locale, { type: 'language' });
  const dated = (options: Intl.DateTimeFormatOptions, iso: string, timeZone: string) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone }).format(new Date(iso));
  return {
    interval: (iso, each, zone) =>
      dated(
        each === 'hour' ? { hour: 'numeric', day: 'numeric', month: 'short' } : { day: 'numeric', month: 'short' },
        iso,
        zone,
      ),
    longInterval: (iso, each, zone) =>
      dated(each === 'hour' ? { dateStyle: 'full', timeStyle: 'short' } : { dateStyle: 'full' }, iso, zone),
    points: (difference) => signed.format(100 * difference),
    spread: (lowest, highest) => tenths.formatRange(100 * lowest, 100 * highest),
    range: (lowest, highest) => percent.formatRange(lowest, highest),
    country: (code) => countries.of(code) ?? code,
    tongue: (tag) => tongues.of(tag) ?? tag,
    duration: (value) => {
      const [unit, size] = units.find(([, size]) => value >= size) ?? ['second', 1];
      return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(
        Math.round(value / size),
      );
    },
    unit: (value, unit) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value),
    weekday: (iso, zone) => dated({ weekday: 'long' }, iso, zone),
    number: (value) => number.format(value),
    share: (part, whole) => (whole > 0 ? percent.format(part / whole) : '–'),
    day: (text) => day.format(new Date(text)),
    date: (text) => date.format(new Date(text)),
    instant: (iso) => instant.format(new Date(iso)),
    time: (date) => time.format(date),
    seconds: (value) => seconds.format(value),
  };
}
