import { acceptAll, decide } from './decide.ts';
import { on } from './events.ts';
import { openPreferences } from './notice/notice.ts';
import { snapshot } from './snapshot.ts';
import { has } from './state.ts';
import { readMirror } from './storage.ts';

const api = {
  /** Calls back once the stored choice is known. */
  ready: (callback: (state: unknown) => void) => on('ready', callback),
  get: snapshot,
  has,
  on,
  /** Opens the preferences. */
  open: openPreferences,
  /** Grants everything, or what the list names and nothing else. */
  accept: (list?: readonly string[]) => (list ? decide('save', list, 'api') : acceptAll('api')),
  reject: () => decide('reject-all', [], 'api'),
  withdraw: () => decide('withdraw', [], 'api'),
  /** The server's answer to the last recorded decision, or null. */
  receipt: () => readMirror().receipt || null,
};

type Call = [keyof typeof api, ...unknown[]];

const page = window as unknown as { assent?: { q?: Call[] } };

/** A second copy of this script finds the first one's API, which has no queue. An element of that id has neither. */
export const isInstalled = (): boolean => !!page.assent && !page.assent.q && 'get' in page.assent;

/**
 * Installs `window.assent` and makes up for calls that came before it. A page that calls early carries this line:
 * window.assent||(window.assent=new Proxy({q:[]},{get:(t,m)=>m in t?t[m]:(...a)=>{t.q.push([m,...a])}}))
 */
export const install = (): void => {
  const early = page.assent?.q || [];
  page.assent = api as object;
  for (const [method, ...args] of early) (api[method] as ((...args: unknown[]) => unknown) | undefined)?.(...args);
};
