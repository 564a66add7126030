import type { Finding, Remark } from '../../schemas/types.gen.ts';
import { language, t } from './language.ts';

/** What the server says by a stable name and in English. */
type Said = Pick<Finding, 'kind' | 'values' | 'detail'>;

/** What a finding says to the reader: in the page's language, or as the server said it where that has no words for it. */
export const said = ({ kind, values, detail }: Said, kinds = t.findings.kinds): string =>
  kinds[kind ?? '']?.replaceAll(/\{(\w+)\}/g, (_, name: string) => values?.[name] ?? '') ?? detail;

/** The language of what is said, where that is not the page's. */
export const tongueOf = ({ kind, pointer }: Finding): 'en' | undefined =>
  pointer ? foreign(kind, t.findings.kinds) : undefined;

/** The same of what became of a part of a set-up, which may be a finding about the notice that came of it. */
export const remarked = ({ says: kind, values, detail }: Remark) => {
  const kinds = { ...t.findings.kinds, ...t.remarks };
  return {
    words: said({ ...(kind && { kind }), ...(values && { values }), detail }, kinds),
    lang: foreign(kind, kinds),
  };
};

const foreign = (kind: string | undefined, kinds: Record<string, string>): 'en' | undefined =>
  language !== 'en' && !((kind ?? '') in kinds) ? 'en' : undefined;
