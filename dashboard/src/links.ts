import { signal } from '@preact/signals';
import type { Finding, LinkCheck, Notice } from '../../schemas/types.gen.ts';
import { call, type Failure } from './api.ts';

/** What came of asking for a notice's links; neither check nor failure while they are being asked. */
interface Asked {
  /** The links, as the owner wrote them. */
  of: string;
  check?: LinkCheck;
  failure?: Failure;
}

const asked = signal<Asked | undefined>(undefined);

const linksOf = ({ privacyPolicy, services }: Notice): string =>
  JSON.stringify([privacyPolicy, services?.map(({ id, policy }) => [id, policy])]);

/** What is known of the links of a notice as it is now; `undefined` where they were not asked. */
export const askedOf = (notice: Notice | undefined): Asked | undefined =>
  notice && asked.value?.of === linksOf(notice) ? asked.value : undefined;

/** Has the server ask for the links of a site's draft, which it has to have. */
export const ask = async (site: string, notice: Notice): Promise<void> => {
  const begun: Asked = { of: linksOf(notice) };
  asked.value = begun;
  const answer = await call<LinkCheck>('POST', `sites/${site}/draft/links`);
  if (asked.value !== begun) return;
  asked.value = answer.ok ? { ...begun, check: answer.value } : { ...begun, failure: answer.failure };
};

/** What stands against the links of a notice. */
export const unreached = (notice: Notice | undefined): Finding[] => askedOf(notice)?.check?.findings ?? [];

/** How many links answered, and of how many. */
export const reached = ({ links, findings }: LinkCheck): [number, number] => [
  links - new Set(findings.map(({ values }) => values?.link)).size,
  links,
];

/** Forgets what was asked, so that another site does not show it. */
export const forgetLinks = (): void => {
  asked.value = undefined;
};
