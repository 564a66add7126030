import type { Finding } from '../../schemas/types.gen.ts';
import { language, t } from './language.ts';

/** What a finding says to the reader: in the page's language, or as the server said it where that has no words for it. */
export const said = ({ kind, values, detail }: Finding, kinds = t.findings.kinds): string =>
  kinds[kind ?? '']?.replaceAll(/\{(\w+)\}/g, (_, name: string) => values?.[name] ?? '') ?? detail;

/** The language of what is said, where that is not the page's. */
export const tongueOf = ({ kind, pointer }: Finding): 'en' | undefined =>
  language !== 'en' && pointer && !((kind ?? '') in t.findings.kinds) ? 'en' : undefined;
