import { signal } from '@preact/signals';
import type { Site } from '../../schemas/types.gen.ts';
import { call } from './api.ts';
import { accept } from './failure.ts';

/** All sites by name; undefined until they are known. */
export const sites = signal<Site[] | undefined>(undefined);

/** The site with the id, or the first; what is made up comes after it, and the server's own demo page last. */
export const siteOf = (all: Site[], id: string): Site | undefined =>
  all.find((site) => site.id === id) ??
  all.find((site) => site.id !== 'demo' && !site.demo) ??
  all.find((site) => site.demo) ??
  all[0];

/** The sites, asked for once; while there are none, each time, so that the first one shows up. */
export const loadSites = async (): Promise<Site[] | undefined> => {
  if (sites.value?.length) return sites.value;
  const answer = await call<Site[]>('GET', 'sites');
  if (!accept(answer)) return undefined;
  sites.value = answer.value;
  return answer.value;
};

/** Takes a site as the server has it now, so that the next request need not ask for all. */
export const keep = (changed: Site): void => {
  const others = (sites.value ?? []).filter(({ id }) => id !== changed.id);
  sites.value = [...others, changed].sort((a, b) => a.name.localeCompare(b.name));
};
