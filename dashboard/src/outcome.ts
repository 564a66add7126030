import type { Receipt } from '../../schemas/types.gen.ts';

export const outcomes = ['accepted', 'partial', 'refused', 'signals'] as const;
export type Outcome = (typeof outcomes)[number];

/** Classes a decision as the server's tallies do (consent.Record.Outcome). */
export const outcomeOf = (receipt: Receipt): Outcome | 'bots' => {
  if (receipt.flags.includes('bot')) return 'bots';
  if (receipt.action === 'signal') return 'signals';
  const { essential: _, ...optional } = receipt.purposes;
  const refusals = !receipt.flags.includes('suspended');
  const services = Object.values(receipt.services).filter((yes) => yes || refusals);
  const answers = [...Object.values(optional), ...services];
  if (!answers.includes(true)) return 'refused';
  return answers.includes(false) ? 'partial' : 'accepted';
};

/** What the visitor allowed beyond the essential: purposes, and services answered otherwise than their purpose. */
export const grantedIn = (receipt: Receipt): string[] => {
  const allowed = (answers: Record<string, boolean>) =>
    Object.keys(answers).filter((name) => answers[name] && name !== 'essential');
  return [...allowed(receipt.purposes).sort(), ...allowed(receipt.services).sort()];
};

/** What is remarkable about a decision, as keys of the texts. */
export const marksOf = (receipt: Receipt): string[] => {
  const marks: string[] = receipt.flags.filter((flag) => !['gpc-header', 'bot', 'demo'].includes(flag));
  if (receipt.action === 'withdraw') marks.unshift('withdraw');
  if (receipt.synthetic) marks.unshift('synthetic');
  if (receipt.source === 'gpc' || receipt.flags.includes('gpc-header')) marks.unshift('gpc');
  return marks;
};
