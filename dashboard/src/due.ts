import { signal } from '@preact/signals';
import type { Due } from '../../schemas/types.gen.ts';
import { call } from './api.ts';
import { expire, isSignedOut } from './session.ts';

/** How much is due soon or overdue, by site; empty until it is known. */
export const due = signal<Due[]>([]);

/** Asks the server. Where it does not answer, what was known stays: the pages themselves say what is wrong. */
export const loadDue = async (): Promise<void> => {
  const answer = await call<Due[]>('GET', 'due');
  if (answer.ok) due.value = answer.value;
  else if (isSignedOut(answer.failure)) expire();
};

/** How much of a site a page leads to; 0 for pages about other things. */
export const dueOn = (page: string, site: string | undefined): number => {
  const counts = due.value.find((one) => one.site === site);
  return (page === 'requests' && counts?.requests) || (page === 'reviews' && counts?.reviews) || 0;
};
