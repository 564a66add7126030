import type { ExperimentReport, OutcomeCompared, Site } from '../../schemas/types.gen.ts';
import { call, type Failure } from './api.ts';
import { format, t } from './language.ts';
import { keep } from './sites.ts';

/** What an arm is called: A is the control. */
export const letterOf = (arm: number): string => 'ABCD'[arm] ?? '';

export type Verdict = 'found' | 'same' | 'open' | 'few';

const isFound = ({ verdict }: OutcomeCompared): boolean => verdict === 'more' || verdict === 'fewer';

/** What can be said of an experiment as a whole. */
export const verdictOf = ({ arms }: ExperimentReport): Verdict => {
  const all = arms.flatMap(({ compared }) => compared);
  const told = all.filter(({ verdict }) => verdict !== 'few');
  if (all.some(isFound)) return 'found';
  if (told.length === 0) return 'few';
  return told.every(({ verdict }) => verdict === 'same') ? 'same' : 'open';
};

/** Every difference that shows, in words. */
export const findingsIn = ({ arms }: ExperimentReport): string[] =>
  arms.flatMap(({ compared }, arm) =>
    compared.filter(isFound).map(({ outcome, lowest, highest, verdict }) => {
      const isMore = verdict === 'more';
      const points = isMore ? format.spread(lowest, highest) : format.spread(-highest, -lowest);
      return t.experimentPage.finding(outcome, letterOf(arm), points, isMore);
    }),
  );

/** The arms in which fewer visitors refuse. */
export const steering = ({ arms }: ExperimentReport): string[] =>
  arms.flatMap(({ compared }, arm) =>
    compared.some(({ outcome, verdict }) => outcome === 'refused' && verdict === 'fewer') ? [letterOf(arm)] : [],
  );

/** Ends an experiment, or publishes one of its variants; returns why it did not work. */
export const conclude = async (site: string, experiment: string, adopted?: string): Promise<Failure | undefined> => {
  const path = `sites/${site}/experiments/${experiment}`;
  const answer = adopted
    ? await call<Site>('POST', `${path}/adoption`, { notice: adopted })
    : await call<Site>('POST', `${path}/end`);
  if (!answer.ok) return answer.failure;
  keep(answer.value);
  return undefined;
};
