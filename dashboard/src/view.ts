import { signal } from '@preact/signals';

export const periods = [7, 30, 90] as const;
export type Period = (typeof periods)[number];

/** What the page shows, kept in the address so that a reload, Back and a shared link show the same. */
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

export const view = signal<View>(parseView(globalThis.location?.search ?? ''));

/** Shows another site or period and makes it an entry of the history. */
export const show = (next: View): void => {
  history.pushState(null, '', viewSearch(next));
  view.value = next;
};

globalThis.addEventListener?.('popstate', () => {
  view.value = parseView(location.search);
});

/** First and last UTC day of a period that ends today. */
export const spanOf = (days: number, now: Date): { from: string; to: string } => {
  const day = (time: number) => new Date(time).toISOString().slice(0, 10);
  return { from: day(now.getTime() - (days - 1) * 86_400_000), to: day(now.getTime()) };
};
