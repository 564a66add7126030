const link = document.createElement('a');

/** The address of a request to somebody else than the page's own origin; undefined for any other. */
export const foreign = (address: unknown): HTMLAnchorElement | undefined => {
  // A link resolves as the document does, and refuses nothing. A socket is of the origin that it is opened to.
  link.href = IN_STUB ? `${address}` : `${address}`.replace(/^\s*ws/i, 'http');
  return link.origin === location.origin ? undefined : link;
};
