import { autoBlock, services } from 'assent:check';
import type { Finding } from '../contract.ts';
import { doubt, fine, wrong } from './finding.ts';

type Known = (typeof services)[number];

const matches = (pattern: string, { hostname, pathname }: URL): boolean => {
  const [host = '', ...path] = pattern.split('/');
  const fits = host.startsWith('*.') ? `.${hostname}`.endsWith(host.slice(1)) : hostname === host;
  return fits && pathname.startsWith(`/${path.join('/')}`);
};

const serviceAt = (address: URL): Known | undefined =>
  services.find(({ _hosts }) => _hosts.some((pattern) => matches(pattern, address)));

// The owner's own hosts: the last two labels of a name are the same.
const isOwn = ({ hostname }: URL): boolean => {
  const domain = location.hostname.split('.').slice(-2).join('.');
  return `.${hostname}`.endsWith(`.${domain}`);
};

const parse = (address: string): URL[] =>
  address && URL.canParse(address, location.href) ? [new URL(address, location.href)] : [];

const mend = (id: string): string => {
  const grade =
    autoBlock === 'block'
      ? 'Auto-block keeps such a tag from running, but in static HTML not its request.'
      : 'Nothing holds it back.';
  return `${grade} Annotate it with data-assent="${id}" so that it waits; where that cannot be done, only the policy header stops the request.`;
};

// Which grade of protection a tag of the page has.
const grade = (element: Element): Finding[] => {
  const { localName, dataset } = element as HTMLElement;
  const address = dataset.src || dataset.href || element.getAttribute('src') || element.getAttribute('href') || '';
  return parse(address).flatMap((url) => {
    const service = serviceAt(url);
    if (dataset.assent !== undefined)
      return fine('annotated', `<${localName}> of ${url.host} is annotated and waits for ${dataset.assent}.`);
    if (dataset.assentHeld !== undefined)
      return fine('auto-blocked', `<${localName}> of ${url.host} is held back by auto-block.`);
    if (!service || assent.has(service._id)) return [];
    return wrong(
      'not-gated',
      `<${localName}> of ${url.host} (${service._name}) is not annotated. ${mend(service._id)}`,
    );
  });
};

/** The grade of each tag that is annotated, or that the notice knows and nobody held back. */
export const tags = (): Finding[] => {
  const tagged = document.querySelectorAll('[data-assent],script[src],iframe[src],img[src],link[rel=stylesheet][href]');
  // The copy that ran stands beside its original, and what is repeated need not be told twice.
  const byText = new Map(Array.from(tagged).flatMap((tag) => grade(tag).map((finding) => [finding.text, finding])));
  return Array.from(byText.values());
};

/** Who was asked for something, by what the browser remembers of this page's requests. */
export const requests = (origin: string): Finding[] => {
  const hosts = new Map<string, URL>();
  for (const { name } of performance.getEntriesByType('resource'))
    for (const url of parse(name)) if (!isOwn(url) && url.origin !== origin) hosts.set(url.host, url);
  return Array.from(hosts.values()).flatMap((url) => {
    const service = serviceAt(url);
    if (!service) {
      return doubt(
        'unknown-host',
        `${url.host} was asked for something and belongs to no service of the notice. Add it.`,
      );
    }
    if (assent.has(service._id)) return [];
    return wrong('early-request', `${url.host} (${service._name}) was asked for something without a grant.`);
  });
};
