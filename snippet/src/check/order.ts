import type { Finding } from '../contract.ts';
import { wrong } from './finding.ts';

interface Entry extends ArrayLike<unknown> {
  readonly event?: unknown;
  readonly 'gtm.start'?: unknown;
}

// What a Google tag puts into the data layer when it starts, with its time where it tells one.
const tag = (entry: Entry): { name: string; at: number } | undefined => {
  if (entry.event === 'gtm.js') return { name: 'Google Tag Manager', at: Number(entry['gtm.start']) };
  if (entry[0] === 'js') return { name: 'Google tag (gtag.js)', at: Number(entry[1]) };
  if (entry[0] === 'config' || entry[0] === 'event')
    return { name: `gtag('${entry[0]}', '${entry[1]}')`, at: Number.NaN };
  return undefined;
};

const isDefault = (entry: Entry): boolean => entry[0] === 'consent' && entry[1] === 'default';

/** Google reads a default only when it comes before every tag; a second one without region is a contradiction. */
export const order = (begun: number, entries: readonly (Entry | null | undefined)[]): Finding[] => {
  // Pages push all sorts of things.
  const layer = entries.filter((entry): entry is Entry => !!entry);
  const first = layer.findIndex(isDefault);
  // Google Tag Manager's own API sets it before the container's tags; our template leaves a note of it that, unlike what
  // gtag() leaves, has no length.
  const inTime = layer[first]?.length === undefined;
  const early = inTime ? [] : layer.slice(0, first).flatMap((entry) => tag(entry) || []);
  const findings = early.map(({ name, at }) =>
    wrong(
      'tag-before-default',
      `${name} ran ${at > 0 ? `${Math.round(begun - at)} ms ` : ''}before the Consent Mode default, which it therefore ` +
        'ignores. Put the script of Assent without async, or its inline stub, above every Google tag.',
    ),
  );
  const global = layer.filter((entry) => isDefault(entry) && !(entry[2] as { region?: unknown } | undefined)?.region);
  if (global.length > 1) {
    findings.push(wrong('two-defaults', 'The Consent Mode default is set more than once. Remove the other one.'));
  }
  return findings;
};
