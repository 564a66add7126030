import type { Decision } from '../../schemas/types.gen.ts';
import { type Answers, answersFrom, type Choice } from './choice.ts';
import { newId } from './ids.ts';
import type { Setting } from './setting.ts';

/** What the visitor did, and where. */
export type Deed = Required<Pick<Decision, 'action' | 'purposes' | 'services' | 'source' | 'synthetic'>> &
  Pick<Decision, 'removed' | 'shown'>;

/** Origin and path of a page only: a query may hold names. One from a file has no origin and is left out of the JSON. */
export const pageOf = ({ origin, pathname }: { readonly origin: string; readonly pathname: string }): string =>
  origin.startsWith('http') ? (origin + pathname).slice(0, 2048) : (undefined as unknown as string);

/** The body that is posted (schemas/decision.schema.json). */
export const toDecision = (deed: Deed, secret: string, setting: Setting, milliseconds: number): Decision => ({
  id: newId(milliseconds),
  secret,
  ...setting,
  ...deed,
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
