import { signal } from '@preact/signals';
import type { Failure, Result } from './api.ts';
import { expire, isSignedOut } from './session.ts';

/** Why the last thing that the page asked for did not come. */
export const failure = signal<Failure | undefined>(undefined);

/** Keeps why an answer is none, and shows the sign-in when the session has ended. */
export const accept = <T>(answer: Result<T>): answer is { ok: true; value: T } => {
  failure.value = answer.ok ? undefined : answer.failure;
  if (!answer.ok && isSignedOut(answer.failure)) expire();
  return answer.ok;
};
