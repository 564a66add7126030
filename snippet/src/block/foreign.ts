import { origin } from '../origin.ts';

const link = document.createElement('a');

/**
 * The address of a request to somebody else than the page's own origin; undefined for any other. The server of this script
 * is nobody else: what it cannot be asked, it cannot record.
 */
export const foreign = (address: unknown): HTMLAnchorElement | undefined => {
  // A link resolves as the document does, and refuses nothing. A socket is of the origin that it is opened to.
  link.href = IN_STUB ? `${address}` : `${address}`.replace(/^\s*ws/i, 'http');
  const isOwn = link.origin === location.origin || (!IN_STUB && `${origin}/`.startsWith(`${link.origin}/`));
  return isOwn ? undefined : link;
};
