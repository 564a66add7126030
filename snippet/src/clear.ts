import { services } from 'assent:config';
import { attempt } from './attempt.ts';
import { emit } from './events.ts';
import { snapshot } from './snapshot.ts';
import { has, isRefused } from './state.ts';
import { secure } from './storage.ts';
import { everyService } from './withheld.ts';

const toPattern = (glob: string): string => `^${glob.replace(/\W/g, (sign) => (sign === '*' ? '.*' : `\\${sign}`))}$`;

type Used = Omit<Service, '_name' | '_mark'>;

type Globs = (service: Used) => readonly string[];

// Names of refused services, spared where a granted service uses them too.
const toClear = (names: string[], globs: Globs): string[] => {
  const used = (name: string, by: (service: Used) => boolean) =>
    (HAS_SUSPENDED ? everyService : services).some(
      (service) => by(service) && globs(service).some((glob) => name.match(toPattern(glob))),
    );
  return names.filter((name) => name !== 'assent' && used(name, isRefused) && !used(name, ({ _id }) => has(_id)));
};

// Nothing tells a cookie's domain and path, hence all that could be: no domain, each suffix; each folder, with and
// without slash.
const expire = (name: string): void => {
  const domains = location.hostname.split('.').map((_, i, labels) => `;domain=${labels.slice(i).join('.')}`);
  for (let path = location.pathname; path; path = path.replace(/(\/|[^/]+)$/, '')) {
    for (const domain of ['', ...domains]) document.cookie = `${name}=;max-age=0;path=${path}${domain}${secure}`;
  }
};

const names = (): string[] => [
  ...document.cookie.replace(/=[^;]*/g, '').split('; '),
  ...Object.keys(localStorage),
  ...Object.keys(sessionStorage),
];

// Returns what is gone.
const clear = (): string[] =>
  attempt(() => {
    const before = names();
    toClear(before, (service) => service._cookies).forEach(expire);
    for (const key of toClear(before, (service) => service._storage)) {
      localStorage.removeItem(key);
      sessionStorage.removeItem(key);
    }
    const after = names();
    return before.filter((name) => !after.includes(name));
  }) || [];

const clearDatabases = async (): Promise<string[]> => {
  const names = (await indexedDB.databases()).map(({ name }) => name!);
  const removed = toClear(names, (service) => service._storage);
  for (const name of removed) indexedDB.deleteDatabase(name);
  return removed;
};

// Looks again after two seconds, and so many rounds more while there is something to remove.
const check = async (databases: Promise<string[]>, rounds: number): Promise<void> => {
  await new Promise((over) => setTimeout(over, 2000));
  const removed = [...clear(), ...(await databases.catch(() => []))];
  if (!removed.length) return;
  emit('change', { ...snapshot(), removed });
  if (rounds) check(clearDatabases(), rounds - 1);
};

/**
 * Deletes what refused services left, and again as long as a tag that still runs writes it anew: what is removed later,
 * and databases, which take their time, are told with a change. Returns the names of what is gone at once.
 */
export const clearRefused = (): string[] => {
  if (!(HAS_SUSPENDED ? everyService : services).some(isRefused)) return [];
  check(clearDatabases(), 5);
  return clear();
};
