import { computed } from '@preact/signals';
import { go, type Route, route } from './route.ts';

export const periods = [7, 30, 90] as const;
export type Period = (typeof periods)[number];

export const lengths = ['hour', 'day', 'week'] as const;
export type Length = (typeof lengths)[number];

export const dimensions = ['device', 'browser', 'country', 'locale', 'page', 'source', 'regime', 'notice'] as const;
export type Dimension = (typeof dimensions)[number];

/** Values that count, of the dimensions that are filtered by; an empty value is what nobody knows. */
export type Where = Partial<Record<Dimension, string[]>>;

/** What the rates show. */
export interface View {
  /** Id of the site; empty for the first one. */
  site: string;
  days: Period;
  /** What the time axis tells apart. */
  each: Length;
  where: Where;
  /** What the table of groups is about. */
  by: Dimension;
  /** What is compared with: nothing, the period `before`, `all` visitors, or DIMENSION=VALUE. */
  against: string;
}

const usual: View = { site: '', days: 30, each: 'day', where: {}, by: 'device', against: '' };

// The longest period that has hours.
const mostHours = 30;

export const parseView = (search: string): View => {
  const params = new URLSearchParams(search);
  const one = <T extends string>(name: string, of: readonly T[], otherwise: T): T =>
    of.find((value) => value === params.get(name)) ?? otherwise;
  const days = periods.find((n) => String(n) === params.get('days')) ?? usual.days;
  const each = one('each', lengths, usual.each);
  const where: Where = {};
  for (const dimension of dimensions) {
    const values = params.getAll(dimension);
    if (values.length) where[dimension] = values;
  }
  return {
    site: params.get('site') ?? '',
    days,
    each: each === 'hour' && days > mostHours ? 'day' : each,
    where,
    by: one('by', dimensions, usual.by),
    against: params.get('against') ?? '',
  };
};

export const viewSearch = (view: View): string => {
  const params = new URLSearchParams();
  if (view.site) params.set('site', view.site);
  params.set('days', String(view.days));
  for (const name of ['each', 'by', 'against'] as const) if (view[name] !== usual[name]) params.set(name, view[name]);
  addWhere(params, view.where);
  return `?${params}`;
};

/** Puts a filter into parameters, which may have a prefix. */
export const addWhere = (params: URLSearchParams, where: Where, prefix = ''): void => {
  for (const dimension of dimensions)
    for (const value of where[dimension] ?? []) params.append(prefix + dimension, value);
};

export const view = computed<View>(() => parseView(route.value.search));

/** The route to the same page with another view. */
export const routeOf = (next: View): Route => ({ page: route.value.page, search: viewSearch(next) });

/** Shows another site, period or part of the visitors. */
export const show = (next: View): void => go(routeOf(next));

/** The view of another site: its pages and notices are its own. */
export const ofSite = (site: string): View => ({ ...view.value, site, where: {}, against: '' });

export const withValue = ({ where }: View, dimension: Dimension, value: string): Where => ({
  ...where,
  [dimension]: [...(where[dimension] ?? []).filter((other) => other !== value), value],
});

export const withoutValue = ({ where }: View, dimension: Dimension, value: string): Where => {
  const { [dimension]: values = [], ...others } = where;
  const left = values.filter((other) => other !== value);
  return left.length ? { ...others, [dimension]: left } : others;
};

/** First and last day of a period that ends today in a time zone, or so many days before today. */
export const spanOf = (days: number, now: Date, timeZone: string, before = 0): { from: string; to: string } => {
  // Swedish dates are ISO's.
  const today = Date.parse(new Intl.DateTimeFormat('sv', { timeZone }).format(now));
  const day = (ago: number) => new Date(today - ago * 86_400_000).toISOString().slice(0, 10);
  return { from: day(before + days - 1), to: day(before) };
};
