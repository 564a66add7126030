import { signal } from '@preact/signals';
import type { CodeGiven, Credentials, Session, Setup } from '../../schemas/types.gen.ts';
import { call, type Failure, type Result } from './api.ts';
import { type Refusal, showPasskey } from './passkey.ts';

export type Permission = NonNullable<Session['permissions']>[number];

export type SessionState =
  | { state: 'loading' }
  | { state: 'failed'; failure: Failure }
  | { state: 'setup' }
  | { state: 'signed-out'; expired: boolean }
  | { state: 'code-due' }
  | { state: 'signed-in'; email: string; roles: Roles; arrived: boolean };

type Roles = Pick<Session, 'permissions' | 'everywhere' | 'sites'>;

/** Who is using the dashboard. */
export const session = signal<SessionState>({ state: 'loading' });

/** What people know the provider of single sign-on as; empty without one. */
export const provider = signal('');

const enter = (answer: Session, arrived: boolean): SessionState => {
  if (answer.state === 'signed-in') {
    return { state: 'signed-in', email: answer.email ?? '', roles: answer, arrived };
  }
  if (answer.state === 'code-due') return { state: 'code-due' };
  return answer.state === 'setup' ? { state: 'setup' } : { state: 'signed-out', expired: false };
};

/** Whether whoever is signed in may do something at a site, or at one at least. The server has the last word. */
export const may = (permission: Permission, site?: string): boolean => {
  if (session.value.state !== 'signed-in') return false;
  const { permissions = [], everywhere = [], sites = {} } = session.value.roles;
  if (site === undefined) return permissions.includes(permission);
  return [...everywhere, ...(sites[site] ?? [])].includes(permission);
};

/** Asks the server who is signed in. */
export const loadSession = async (): Promise<void> => {
  session.value = { state: 'loading' };
  const result = await call<Session>('GET', 'session');
  if (result.ok) provider.value = result.value.singleSignOn ?? '';
  session.value = result.ok ? enter(result.value, false) : { state: 'failed', failure: result.failure };
};

const begin = async (path: string, body: Setup | Credentials | CodeGiven): Promise<Failure | undefined> => {
  const result: Result<Session> = await call('POST', path, body);
  if (!result.ok) return result.failure;
  session.value = enter(result.value, true);
  return undefined;
};

/** Signs in; returns why it did not work. */
export const signIn = (credentials: Credentials): Promise<Failure | undefined> => begin('session', credentials);

/** Signs in with the code that follows the password; returns why it did not work. */
export const signInWithCode = (code: string): Promise<Failure | undefined> => begin('session/code', { code });

/** Signs in with a passkey alone; returns why it did not work. */
export const signInWithPasskey = async (): Promise<Refusal | undefined> => {
  const result = await showPasskey<Session>();
  if (!result.ok) return result.failure;
  session.value = enter(result.value, true);
  return undefined;
};

/** Creates the owner and signs in; returns why it did not work. The used token leaves the address bar. */
export const setUp = async (setup: Setup): Promise<Failure | undefined> => {
  const failure = await begin('setup', setup);
  if (!failure) history.replaceState(null, '', location.pathname + location.search);
  return failure;
};

/** Becomes a user with an invitation and signs in; returns why it did not work. */
export const join = async (accepted: Setup): Promise<Failure | undefined> => {
  const failure = await begin('invitations/accept', accepted);
  if (!failure) history.replaceState(null, '', location.pathname + location.search);
  return failure;
};

/** Signs out on the server; returns why it did not work. */
export const signOut = async (): Promise<Failure | undefined> => {
  const result = await call('DELETE', 'session');
  if (!result.ok && !isSignedOut(result.failure)) return result.failure;
  session.value = { state: 'signed-out', expired: false };
  return undefined;
};

/** Whether a failure means that the session has ended. */
export const isSignedOut = (failure: Failure): boolean => failure.kind === 'http' && failure.status === 401;

/** Shows the sign-in again after the session has ended by itself. */
export const expire = (): void => {
  session.value = { state: 'signed-out', expired: true };
};

/** The one-time token of the set-up link: in the fragment, which browsers send to no server (ASVS 14.2.1). */
export const setupToken = (hash: string): string => new URLSearchParams(hash.slice(1)).get('setup') ?? '';

/** The one-time token of an invitation's link, kept there like that of the set-up link. */
export const invitationToken = (hash: string): string => new URLSearchParams(hash.slice(1)).get('invitation') ?? '';
