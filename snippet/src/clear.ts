import { services } from 'assent:config';
import { attempt } from './attempt.ts';
import { emit } from './events.ts';
import { snapshot } from './snapshot.ts';
import { has, isRefused } from './state.ts';
import { secure } from './storage.ts';

const toPattern = (glob: string): string => `^${glob.replace(/\W/g, (sign) => (sign === '*' ? '.*' : `\\${sign}`))}$`;

type Globs = (service: Service) => readonly string[];

// Names of refused services, spared where a granted service uses them too.
const toClear = (names: string[], globs: Globs): string[] => {
  const used = (name: string, by: (service: Service) => boolean) =>
    services.some((service) => by(service) && globs(service).some((glob) => name.match(toPattern(glob))));
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

/** Deletes what refused services left, again after 2 s since a tag that runs may write once more. Returns the names. */
export const clearRefused = (): string[] => {
  if (!services.some(isRefused)) return [];
  setTimeout(() => {
    const removed = clear();
    if (removed.length) emit('change', { ...snapshot(), removed });
  }, 2000);
  return clear();
};
