import { computed } from '@preact/signals';
import { go, type Route, route } from './route.ts';

export const periods = [7, 30, 90] as const;
export type Period = (typeof periods)[number];

/** What the rates show. */
export interface View {
  /** Id of the site; empty for the first one. */
  site: string;
  days: Period;
}

export const parseView = (search: string): View => {
  const params = new URLSearchParams(search);
  const days = periods.find((n) => String(n) === params.get('days'));
  return { site: params.get('site') ?? '', days: days ?? 30 };
};

export const viewSearch = (view: View): string => {
  const params = new URLSearchParams();
  if (view.site) params.set('site', view.site);
  params.set('days', String(view.days));
  return `?${params}`;
};

export const view = computed<View>(() => parseView(route.value.search));

/** The route to the same page with another view. */
export const routeOf = (next: View): Route => ({ page: route.value.page, search: viewSearch(next) });

/** Shows another site or period. */
export const show = (next: View): void => go(routeOf(next));

/** First and last UTC day of a period that ends today. */
export const spanOf = (days: number, now: Date): { from: string; to: string } => {
  const day = (time: number) => new Date(time).toISOString().slice(0, 10);
  return { from: day(now.getTime() - (days - 1) * 86_400_000), to: day(now.getTime()) };
};
