import type { Decision } from '../../schemas/types.gen.ts';
import { type Answers, answersFrom, type Choice } from './choice.ts';
import { newId } from './ids.ts';

/** What the visitor did, and where. */
export type Deed = Required<Pick<Decision, 'action' | 'purposes' | 'services' | 'source' | 'synthetic'>> &
  Pick<Decision, 'removed' | 'regime' | 'shown'>;

/** The body that is posted (schemas/decision.schema.json). Origin and path of the page only: a query may hold names. */
export const toDecision = (
  deed: Deed,
  secret: string,
  notice: string,
  locale: string,
  { origin, pathname }: { readonly origin: string; readonly pathname: string },
  milliseconds: number,
): Decision => ({
  id: newId(milliseconds),
  secret,
  notice,
  ...deed,
  locale,
  // A page from a file has no origin.
  ...(origin.startsWith('http') && { page: (origin + pathname).slice(0, 2048) }),
  decidedAt: new Date(milliseconds).toISOString(),
});

/** The choice after a deed: a signal answers only what it names, anything else answers everything. */
export const toChoice = (
  { action, purposes, services }: Deed,
  { _subject, _answers }: Choice,
  milliseconds: number,
  known: readonly { readonly _id: string; readonly _purpose: string }[],
): Choice => {
  const kept: Answers = action === 'signal' ? { ..._answers } : {};
  for (const { _id, _purpose } of known) if (_purpose in purposes) delete kept[_id];
  // The same second as the server reads from decidedAt, so that both write the same cookie.
  return {
    _at: Math.floor(milliseconds / 1000),
    _subject,
    _answers: answersFrom(Object.entries({ ...kept, ...purposes, ...services })),
  };
};
