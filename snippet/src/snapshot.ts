import { purposes, services } from 'assent:config';
import { answersOf } from './choice.ts';
import type { Snapshot } from './contract.ts';
import { current, has, isPending } from './state.ts';

export const snapshot = (): Snapshot => {
  const { _at, _answers, _subject } = current;
  return {
    pending: isPending(),
    purposes: answersOf(['essential', ...purposes.filter((id) => id in _answers)], has),
    services: answersOf(
      services.map((service) => service._id),
      has,
    ),
    subject: _subject === '-' ? null : _subject,
    decidedAt: _at ? new Date(_at * 1000).toISOString() : null,
  };
};
