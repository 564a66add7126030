type Root = ShadowRoot | Document;

/** Shadow roots and documents of blank frames: no search of the page's document finds what stands in them. */
const roots = new Set<{ deref(): Root | undefined }>();
const known = new WeakSet<Root>();

/** Those that were out of the page when they were to be looked at. */
const missed = new WeakSet<Root>();

let observer: MutationObserver;

/** Has a root looked at from now on. */
export const addRoot = (root: Root): void => {
  if (known.has(root)) return;
  known.add(root);
  missed.add(root);
  // Browsers of early 2020 have none.
  roots.add(window.WeakRef ? new WeakRef(root) : { deref: () => root });
  observer.observe(root, { childList: true, subtree: true });
};

/** Adds what is open in a piece of a page and was made by markup. */
export const findRoots = (within: ParentNode): void => {
  for (const { shadowRoot } of within.querySelectorAll('*'))
    if (shadowRoot) {
      addRoot(shadowRoot);
      findRoots(shadowRoot);
    }
};

/** Calls back with what is inserted into any root. */
export const watchRoots = (onChange: (records: MutationRecord[]) => void): void => {
  observer = new MutationObserver(onChange);
  findRoots(document);
  document.addEventListener('DOMContentLoaded', () => findRoots(document));
};

const isShown = (root: Root): boolean => root.isConnected && !!(root.ownerDocument || (root as Document)).defaultView;

/** Visits each root that is part of the page, or only those that were not when they were to be visited. */
export const eachRoot = (visit: (root: Root) => void, onlyMissed = false): void => {
  for (const reference of roots) {
    const root = reference.deref();
    if (!root) roots.delete(reference);
    else if (!isShown(root)) missed.add(root);
    else if (missed.delete(root) || !onlyMissed) visit(root);
  }
};

/** What no placeholder can stand for: it is shown all the same, or no style of the page reaches a placeholder there. */
export const isBare = (element: Element): boolean =>
  /^(image|track|input)$/.test(element.localName) || element.hasAttribute('src') || element.getRootNode() !== document;
