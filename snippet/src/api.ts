import type { Assent, Queue } from './contract.ts';
import { acceptAll, decide } from './decide.ts';
import { on } from './events.ts';
import { installed } from './installed.ts';
import { openPreferences } from './notice/notice.ts';
import { selfTest } from './selftest.ts';
import { snapshot } from './snapshot.ts';
import { has } from './state.ts';
import { readMirror } from './storage.ts';

const api: Assent = {
  ready: (callback) => on('ready', callback),
  get: snapshot,
  has,
  on,
  open: REGIME === 'child-directed' ? async () => {} : openPreferences,
  // Of a page in plain JavaScript: a single name is one, and an empty one is not everything.
  accept: (names) => (names === undefined ? acceptAll('api') : decide('save', [names].flat(), 'api')),
  reject: () => decide('reject-all', [], 'api'),
  withdraw: () => decide('withdraw', [], 'api'),
  receipt: () => readMirror().receipt || null,
  check: selfTest,
};

const earlier = installed<Partial<Queue & Assent>>();
// What a page adds to Object.prototype is no queue.
const queue = Array.isArray(earlier?.q) ? earlier.q : undefined;

/** A second copy of this script finds the first one's API, which has no queue. */
export const isInstalled: boolean = !queue && typeof earlier?.has === 'function';

/** Installs `window.assent` and makes up for calls that a page queued before it (deploy/API.md has the line for that). */
export const install = (): void => {
  (window as { assent?: Assent }).assent = api;
  for (const [method, ...args] of queue || [])
    (api[method] as ((...args: unknown[]) => unknown) | undefined)?.(...args);
};
