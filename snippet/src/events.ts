import type { Events } from './contract.ts';
import { push } from './google.ts';

const last: Partial<Events> = {};

/** Tells the page, as CustomEvent on window (so that one failing listener stops no other) and in the data layer. */
export const emit = <N extends keyof Events>(name: N, detail: Events[N]): void => {
  last[name] = detail;
  dispatchEvent(new CustomEvent(`assent:${name}`, { detail }));
  push({ event: `assent:${name}`, assent: detail });
};

/** Calls back on each event and, if it has happened already, with the last one at once. Returns how to stop. */
export const on = <N extends keyof Events>(name: N, callback: (detail: Events[N]) => void): (() => void) => {
  const listener = (event: Event) => callback((event as CustomEvent).detail);
  addEventListener(`assent:${name}`, listener);
  if (name in last) callback(last[name] as Events[N]);
  return () => removeEventListener(`assent:${name}`, listener);
};
