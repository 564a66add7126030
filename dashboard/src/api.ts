import type { Fault, Problem } from '../../schemas/types.gen.ts';

/** Why a request brought nothing. */
export type Failure =
  | { kind: 'offline' }
  | { kind: 'http'; status: number; retryAfter: number; pointers: string[]; faults?: Fault[] };

export type Result<T> = { ok: true; value: T } | { ok: false; failure: Failure };

const patience = 15_000; // Milliseconds until a silent server counts as gone.

/** Calls the admin API; a path such as `session`. An answer without body has the value undefined. */
export const call = async <T>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Result<T>> => {
  try {
    const response = await fetch(`/v1/admin/${path}`, {
      method,
      signal: AbortSignal.timeout(patience),
      ...(body === undefined
        ? { headers }
        : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers } }),
    });
    if (!response.ok) return { ok: false, failure: await failureOf(response) };
    const value = response.status === 204 ? undefined : await response.json();
    return { ok: true, value: value as T };
  } catch {
    return { ok: false, failure: { kind: 'offline' } };
  }
};

/** What an answer that is none says. */
export const failureOf = async (response: Response): Promise<Failure> => {
  const isProblem = response.headers.get('Content-Type')?.startsWith('application/problem+json');
  const problem = isProblem ? ((await response.json()) as Problem) : undefined;
  return {
    kind: 'http',
    status: response.status,
    retryAfter: Number(response.headers.get('Retry-After') ?? 0),
    pointers: (problem?.errors ?? []).map((fault) => fault.pointer),
    faults: problem?.errors ?? [],
  };
};
