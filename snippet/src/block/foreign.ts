const link = document.createElement('a');

/** The address of a request to somebody else than the page's own origin; undefined for any other. */
export const foreign = (address: unknown): HTMLAnchorElement | undefined => {
  // A link resolves as the document does, and refuses nothing.
  link.href = `${address}`;
  return link.origin === location.origin ? undefined : link;
};
