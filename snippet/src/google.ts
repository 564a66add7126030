import { googleRegions, googleSettings, purposes, services, waitForUpdate } from 'assent:config';
import type { Landing } from './contract.ts';
import { signalled } from './signal.ts';
import { has, isRefused } from './state.ts';
import { everyService } from './withheld.ts';

type Entry = ArrayLike<unknown> | undefined;

const page = window as unknown as { dataLayer?: Entry[]; gtag?: unknown; [key: string]: unknown };

// An element of that id is no list; before the stub there is none.
const layer = (): Entry[] => {
  if (IN_STUB ? !page.dataLayer : !Array.isArray(page.dataLayer)) page.dataLayer = [];
  return page.dataLayer!;
};

export const push = (entry: unknown): void => {
  layer().push(entry as Entry);
};

// Google reads a call only from an `arguments` object; an array is taken for something else.
function gtag(..._: unknown[]): void {
  // biome-ignore lint/complexity/noArguments: see above.
  push(arguments);
}

// A purpose stands for Google's services under it where the notice lists some, so that refusing them one by one counts.
const allows = HAS_GOOGLE
  ? (purpose: string): boolean => {
      const listed = (HAS_SUSPENDED ? everyService : services).filter(
        (service) => service._google && service._purpose === purpose,
      );
      return listed.length ? listed.every((service) => has(service._id)) : has(purpose);
    }
  : has;

const signals = (ask: (purpose: string) => boolean): Record<string, string> => {
  const say = (ids: readonly string[]) => (ids.every(ask) ? 'granted' : 'denied');
  const marketing = say(['marketing']);
  // Without a purpose of its own nobody was asked about these two alone: only a yes to everything covers them.
  const functional = say(HAS_FUNCTIONAL ? ['functional'] : purposes);
  return {
    ad_storage: marketing,
    ad_user_data: marketing,
    ad_personalization: marketing,
    analytics_storage: say(['analytics']),
    functionality_storage: functional,
    personalization_storage: functional,
    security_storage: 'granted',
  };
};

/** Unix milliseconds at which the script came to set the default. */
export let begun: number;

const setDefault = (ask: (purpose: string) => boolean, scope?: object): void =>
  gtag('consent', 'default', { ...signals(ask), ...scope, wait_for_update: waitForUpdate });

/** One update per decision and per later page, before any event and before any tag is run. */
export const consentUpdate = (): void => gtag('consent', 'update', signals(allows));

/**
 * Consent Mode v2 (all seven signals): exactly one default per region, before any Google tag; the page's own stub may
 * have set it. Before there is a choice only what needs none is granted.
 */
export const consentDefault = (): void => {
  if (!IN_STUB) begun = Date.now();
  page.gtag ||= gtag;
  if (!layer().some((call) => call?.[0] === 'consent' && call[1] === 'default')) {
    if (HAS_REGIONS) setDefault(() => false, { region: googleRegions });
    setDefault(HAS_REGIONS ? () => true : IN_STUB && (!SILENCE_GRANTS || signalled) ? () => false : allows);
    // The stub does not know by whose rules the visitor is asked.
  } else if (SILENCE_GRANTS && !IN_STUB) consentUpdate();
  if (HAS_GOOGLE_SETTINGS) for (const name of googleSettings) gtag('set', name, true);
};

/**
 * Tells Google's tags, which look at the address when they start, another one; an empty landing takes it back, because
 * later page views have addresses of their own.
 */
export const setLanding = ({ url, referrer }: Partial<Landing>): void =>
  gtag('set', { page_location: url, page_referrer: referrer });

/** Analytics' own off switch, for a tag that already runs: window['ga-disable-G-XXXX']. */
export const switchMeasurement = (): void => {
  const off = (HAS_SUSPENDED ? everyService : services).some((service) => service._google && isRefused(service));
  const calls = layer().map((call) => call?.[1]);
  const addresses = Array.from(document.scripts, (script) => script.src);
  for (const id of `${calls},${addresses}`.match(/\b(G|UA)-[\w-]+/g) || []) page[`ga-disable-${id}`] = off;
};
