import { batch, signal } from '@preact/signals';
import type { Report, Site, ThirdParties } from '../../schemas/types.gen.ts';
import { call, type Failure, type Result } from './api.ts';
import { expire, isSignedOut } from './session.ts';
import { spanOf, type View } from './view.ts';

/** All sites by name; undefined until they are known. */
export const sites = signal<Site[] | undefined>(undefined);
/** The report on show; undefined while none fits the view. */
export const report = signal<Report | undefined>(undefined);
/** Third parties of the site on show. */
export const thirdParties = signal<ThirdParties | undefined>(undefined);
/** When the report was made. */
export const updated = signal(new Date(0));
/** Why the last refresh brought nothing. */
export const failure = signal<Failure | undefined>(undefined);

/** The site of a view: the one it names, or the first, the server's own demo being the last resort. */
export const siteOf = (all: Site[], view: View): Site | undefined =>
  all.find((site) => site.id === view.site) ?? all.find((site) => site.id !== 'demo') ?? all[0];

let asked = 0;

/** Loads what the view shows. An answer to an earlier question that comes in late is dropped. */
export const refresh = async (view: View): Promise<void> => {
  const question = ++asked;
  const known = await loadSites();
  if (question !== asked || !known) return;
  const site = siteOf(known, view);
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
    sites.value = undefined;
    report.value = undefined;
    thirdParties.value = undefined;
    failure.value = undefined;
  });
};

// The list of sites changes rarely; while there are none it is asked for each time, so that the first one shows up.
const loadSites = async (): Promise<Site[] | undefined> => {
  if (sites.value?.length) return sites.value;
  const answer = await call<Site[]>('GET', 'sites');
  if (!accept(answer)) return undefined;
  sites.value = answer.value;
  return answer.value;
};

const accept = <T>(answer: Result<T>): answer is { ok: true; value: T } => {
  failure.value = answer.ok ? undefined : answer.failure;
  if (!answer.ok && isSignedOut(answer.failure)) expire();
  return answer.ok;
};
