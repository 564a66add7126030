import { purposes, services } from 'assent:config';
import { answersOf } from './choice.ts';
import { current, has, isPending } from './state.ts';

export interface Snapshot {
  /** Some purpose is unanswered, which is not the same as refused. */
  pending: boolean;
  /** Granted or not, per purpose; a pending one is missing. */
  purposes: Record<string, boolean>;
  services: Record<string, boolean>;
  /** The visitor's pseudonym, once the server has told it. */
  subject: string | null;
  decidedAt: string | null;
}

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
