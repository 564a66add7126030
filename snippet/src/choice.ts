/**
 * Answers by purpose and service. One that is missing is pending, which is not a refusal. Without prototype: a page that
 * adds to Object.prototype must not thereby grant anything.
 */
export type Answers = Record<string, boolean>;

export const answersFrom = (entries: Iterable<readonly [string, boolean]>): Answers => ({
  __proto__: null as never,
  ...Object.fromEntries(entries),
});

/** The visitor's current choice. */
export interface Choice {
  /** Unix seconds of the last decision; 0 when there was none. */
  readonly _at: number;
  /** Public pseudonym, or a dash until the server has told it. */
  readonly _subject: string;
  /** Every purpose that was answered, and the services that were granted though their purpose was not. */
  readonly _answers: Answers;
}

export const undecided: Choice = { _at: 0, _subject: '-', _answers: answersFrom([]) };

export const answersOf = (ids: readonly string[], answer: (id: string) => boolean): Answers =>
  answersFrom(ids.map((id) => [id, answer(id)]));
