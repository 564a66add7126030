import { site } from 'assent:config';
import type { Problem } from '../../../schemas/types.gen.ts';
import type { Finding } from '../contract.ts';
import { wrong } from './finding.ts';

interface Trial {
  readonly recordable: boolean;
  /** What a decision would be answered with. */
  readonly problem?: Problem;
}

// The same kind of request as a decision, so that what stops one stops the other.
const ask = async (origin: string): Promise<Trial> => {
  const response = await fetch(`${origin}/v1/sites/${site}/decisions/trial`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
    credentials: 'omit',
    signal: AbortSignal.timeout?.(10000) as AbortSignal,
  });
  return response.json();
};

const refused = ({ problem }: Trial): string => {
  if (self.origin === 'null') return 'A page opened from disk has no origin: open it from a web server.';
  return problem?.type.endsWith(':foreign-origin')
    ? `${self.origin} is none of the site's origins. List it with the others: assent site set ${site} --origin ${self.origin} --origin …`
    : `${problem?.detail}`;
};

/** A choice would be recorded: the server can be reached from here, and takes decisions of this origin. */
export const recording = async (origin: string): Promise<Finding[]> => {
  const failure = (reason: string) => [wrong('not-recorded', `No choice made on this page is recorded. ${reason}`)];
  try {
    const trial = await ask(origin);
    return trial.recordable ? [] : failure(refused(trial));
  } catch {
    return failure(
      `${origin} does not answer: the server is down, an extension or a proxy stops the request, or the page's policy ` +
        'lacks it in connect-src.',
    );
  }
};
