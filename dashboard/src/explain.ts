import type { Failure } from './api.ts';
import { format, t } from './language.ts';

/** Says what went wrong and how to go on. Special gives a status another meaning where it has one. */
export const explain = (failure: Failure, special: Record<number, string> = {}): string => {
  if (failure.kind === 'offline') return t.failure.offline;
  const meant = special[failure.status];
  if (meant) return meant;
  if (failure.status === 429) return t.failure.wait(format.seconds(Math.max(failure.retryAfter, 1)));
  if (failure.status === 403) return t.failure.forbidden;
  if (failure.status === 503) return t.failure.busy;
  if (failure.pointers.includes('/email')) return t.fault.email;
  if (failure.pointers.includes('/password')) return t.fault.password;
  return t.failure.server;
};
