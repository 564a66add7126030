import { services, suspended, suspendedIds, suspendedMarks } from 'assent:config';
import type { Answers } from './choice.ts';

// Nothing in here has a name that begins with an underscore: how often one is used decides how short it gets, also in the
// scripts of sites that suspend nothing.

/** Whether a service may not be used for now, whatever was granted. */
export const isSuspended = (id: string): boolean => suspendedIds.includes(id);

/** The services that may be used and those that may not. */
export const everyService: readonly Omit<Service, '_name' | '_mark'>[] = /* @__PURE__ */ [...services, ...suspended];

const kept = /* @__PURE__ */ new WeakMap<Answers, readonly string[]>();

/** Remembers which suspended services were granted before: nobody has to be asked for them again when they are back. */
export const keepMarks = (answers: Answers, marks: readonly string[]): void => {
  kept.set(
    answers,
    suspendedMarks.filter((mark) => marks.includes(mark)),
  );
};

/** The marks that were kept. A new answer has none: the visitor was not asked about those services. */
export const keptMarks = (answers: Answers): readonly string[] => kept.get(answers) || [];
