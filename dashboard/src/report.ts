import { batch, signal } from '@preact/signals';
import type { Report, ThirdParties } from '../../schemas/types.gen.ts';
import { call } from './api.ts';
import { accept } from './failure.ts';
import { loadSites, siteOf } from './sites.ts';
import { spanOf, type View } from './view.ts';

/** The report on show; undefined while none fits the view. */
export const report = signal<Report | undefined>(undefined);
/** Third parties of the site on show. */
export const thirdParties = signal<ThirdParties | undefined>(undefined);
/** When the report was made. */
export const updated = signal(new Date(0));

let asked = 0;

/** Loads what the view shows. An answer to an earlier question that comes in late is dropped. */
export const refresh = async (view: View): Promise<void> => {
  const question = ++asked;
  const known = await loadSites();
  if (question !== asked || !known) return;
  const site = siteOf(known, view.site);
  if (!site) return;
  const { from, to } = spanOf(view.days, new Date());
  const path = `sites/${encodeURIComponent(site.id)}`;
  const [answer, seen] = await Promise.all([
    call<Report>('GET', `${path}/report?from=${from}&to=${to}`),
    call<ThirdParties>('GET', `${path}/sightings`),
  ]);
  if (question !== asked || !accept(answer) || !accept(seen)) return;
  batch(() => {
    report.value = answer.value;
    thirdParties.value = seen.value;
    updated.value = new Date();
  });
};

/** Forgets everything, so that the next user of this browser sees none of it. */
export const forget = (): void => {
  asked++;
  batch(() => {
    report.value = undefined;
    thirdParties.value = undefined;
  });
};
