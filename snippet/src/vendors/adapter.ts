import type { Landing } from '../contract.ts';

/**
 * How one vendor is told of the visitor's choice in its own words. A notice's services name adapters by the file's name,
 * and only those are compiled in (server/internal/snippetbuild/adapters.go).
 */
export interface Adapter {
  /**
   * Calls back when the vendor's own code has appeared, for vendors whose code starts only where it finds nothing of its
   * own yet, so that nothing may be queued for it before. Without it the vendor is held at once.
   */
  _await?(appeared: () => void): void;
  /** Before anything of the vendor runs, on each page: nothing is collected until it is told of a grant. */
  _hold?(): void;
  /**
   * Grants or revokes: once per change, and once on each later page. With the first grant in a document comes how the
   * visitor came there, if a client-side route has replaced the address since.
   */
  _tell(granted: boolean, landing?: Landing): void;
}

/** What vendors put on the page, by name. */
// biome-ignore lint/suspicious/noExplicitAny: foreign code, of which the vendors' documents are the only description.
export const page = window as unknown as { [name: string]: any };

/**
 * Calls back with what the page keeps under `name`, now or as soon as it is put there and the script that did so has
 * ended. What a function declaration puts there is not noticed; no vendor's snippet is one.
 */
export const whenSet = (name: string, then: () => void, owner = page): void => {
  if (owner[name]) {
    then();
    return;
  }
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: true,
    get: () => undefined,
    set(value) {
      Object.defineProperty(owner, name, { configurable: true, enumerable: true, writable: true, value });
      queueMicrotask(then);
    },
  });
};
