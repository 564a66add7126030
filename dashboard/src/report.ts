import { batch, signal } from '@preact/signals';
import type { Breakdown, Comparison, Overview, Rates, Site, ThirdParties } from '../../schemas/types.gen.ts';
import { call } from './api.ts';
import { accept } from './failure.ts';
import { loadSites, siteOf } from './sites.ts';
import { addWhere, type Dimension, dimensions, spanOf, type View, type Where } from './view.ts';

/** What belongs together on the page. */
export interface Report {
  /** The view that it answers. */
  of: View;
  rates: Rates;
  overview: Overview;
  breakdown: Breakdown;
  /** Where something is compared. */
  comparison: Comparison | undefined;
  thirdParties: ThirdParties;
}

/** The report on show; undefined while there is none. */
export const report = signal<Report | undefined>(undefined);
/** When the report was made. */
export const updated = signal(new Date(0));

let asked = 0;

/** The time zone of a site's days, so that all who look see the same days. */
export const zoneOf = ({ timeZone }: Site): string => timeZone || 'UTC';

/** What the view asks the server for. */
export const parameters = (view: View, now: Date, zone: string): URLSearchParams => {
  const { from, to } = spanOf(view.days, now, zone);
  const params = new URLSearchParams({ from, to, tz: zone, each: view.each });
  addWhere(params, view.where);
  return params;
};

/** Whom the view's visitors are compared with, and when. */
export const otherOf = (view: View, now: Date, zone: string): { where: Where; from: string; to: string } => {
  const [dimension, ...value] = view.against.split('=');
  if (view.against === 'before') return { where: view.where, ...spanOf(view.days, now, zone, view.days) };
  const known = dimensions.find((one) => one === dimension) as Dimension | undefined;
  const where = known ? { ...view.where, [known]: [value.join('=')] } : {};
  return { where, ...spanOf(view.days, now, zone) };
};

const comparison = (view: View, now: Date, zone: string): URLSearchParams => {
  const params = parameters(view, now, zone);
  const { where, from, to } = otherOf(view, now, zone);
  params.set('other.from', from);
  params.set('other.to', to);
  addWhere(params, where, 'other.');
  return params;
};

/** Loads what the view shows. An answer to an earlier question that comes in late is dropped. */
export const refresh = async (view: View): Promise<void> => {
  const question = ++asked;
  const known = await loadSites();
  if (question !== asked || !known) return;
  const site = siteOf(known, view.site);
  if (!site) return;
  const now = new Date();
  const params = parameters(view, now, zoneOf(site));
  const get = <T>(name: string, of: URLSearchParams = params) =>
    call<T>('GET', `sites/${encodeURIComponent(site.id)}/${name}?${of}`);
  const [rates, overview, breakdown, compared, seen] = await Promise.all([
    get<Rates>('rates'),
    get<Overview>('overview'),
    get<Breakdown>('breakdown', new URLSearchParams([...params, ['by', view.by]])),
    view.against ? get<Comparison>('comparison', comparison(view, now, zoneOf(site))) : undefined,
    get<ThirdParties>('sightings'),
  ]);
  if (question !== asked || !accept(rates) || !accept(overview) || !accept(breakdown) || !accept(seen)) return;
  if (compared && !accept(compared)) return;
  batch(() => {
    report.value = {
      of: view,
      rates: rates.value,
      overview: overview.value,
      breakdown: breakdown.value,
      comparison: compared?.value,
      thirdParties: seen.value,
    };
    updated.value = new Date();
  });
};

/** Forgets everything, so that the next user of this browser sees none of it. */
export const forget = (): void => {
  asked++;
  report.value = undefined;
};
