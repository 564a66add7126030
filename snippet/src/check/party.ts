import { services } from 'assent:check';
import { domain } from 'assent:config';
import { ruleOf } from '../block/hosts.ts';

/** An address of the web; undefined for any other, such as data: and blob:. */
export const parse = (address: string): URL | undefined => {
  if (!address || !URL.canParse(address, location.href)) return undefined;
  const url = new URL(address, location.href);
  return url.protocol.startsWith('http') ? url : undefined;
};

// Where an element's address stands, kept back by the gate or not.
const ATTRIBUTES = ['data-src', 'data-srcset', 'data-href', 'src', 'srcset', 'href', 'data'];

/** What an element loads, or will. The first candidate of a srcset stands for all. */
export const addressOf = (element: Element): URL | undefined => {
  const values = ATTRIBUTES.map((name) => element.getAttribute(name)?.trim().split(/\s/)[0]);
  return parse(values.find(Boolean) || '');
};

/** Whose requests an address is, as auto-block sees it; the page's own origin is nobody's. */
export const ruleAt = (url: URL): HostRule | undefined => (url.origin === location.origin ? undefined : ruleOf(url));

/** Name of a service of the notice, id of one of the catalogue. */
export const nameOf = ({ _service }: HostRule): string =>
  services.find(({ _id }) => _id === _service)?._name || _service!;

/** What an annotation of the rule's elements is to hold: a service of the notice, or a purpose. */
export const wordOf = ({ _ids }: HostRule): string => _ids.split('|')[0]!;

/** Whether a request needs no grant, or has one. */
export const isFree = ({ _ids }: HostRule): boolean => !_ids || _ids.split('|').some(assent.has);

/** Whether a host is the site's: what it shares its choice over, else the page's host with or without www; and below. */
export const isOwn = ({ hostname }: URL): boolean =>
  `.${hostname}`.endsWith(`.${domain || location.hostname.replace(/^www\./, '')}`);
