import { signal } from '@preact/signals';
import type { Service } from '../../schemas/types.gen.ts';
import { call } from './api.ts';
import { accept } from './failure.ts';

/** The built-in services and texts, which are the same for everybody. */
export const catalogue = signal<Service[]>([]);
export const builtIn = signal<Record<string, Record<string, string>>>({});

/** Loads both once. */
export const loadMaterials = async (): Promise<void> => {
  if (catalogue.value.length) return;
  const [services, texts] = await Promise.all([
    call<Service[]>('GET', 'services'),
    call<Record<string, Record<string, string>>>('GET', 'texts'),
  ]);
  if (!accept(services) || !accept(texts)) return;
  catalogue.value = services.value;
  builtIn.value = texts.value;
};

/** The services that somebody may mean, a few at most. */
export const search = (all: Service[], words: string): Service[] => {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return [];
  const about = ({ id, name, provider, hosts }: Service) =>
    [id, name, provider, ...(hosts ?? [])].join('\n').toLowerCase();
  const begins = ({ id, name }: Service) => `${id}\n${name}`.toLowerCase().startsWith(wanted);
  return all
    .filter((service) => about(service).includes(wanted))
    .sort((a, b) => Number(begins(b)) - Number(begins(a)))
    .slice(0, 6);
};
