import type { PasskeyAsked, PasskeyShown } from '../../schemas/types.gen.ts';
import { call, type Failure, type Result } from './api.ts';

/** Whether this browser keeps passkeys for this page: it must know JSON of them, and the page needs a name and https. */
export const canUsePasskeys = (): boolean =>
  isSecureContext &&
  'PublicKeyCredential' in globalThis &&
  'parseRequestOptionsFromJSON' in PublicKeyCredential &&
  !/^[\d.]+$|^\[/.test(location.hostname);

/** Why there is no passkey: what the server said, or nothing that it knows of, such as a prompt that was closed. */
export type Refusal = Failure | 'none';

/** Asks the server what to ask the browser for, asks the browser, and sends back what it gave. */
const perform = async <T>(
  path: string,
  body: unknown,
  ask: (options: string) => Promise<Credential | null>,
): Promise<Result<T> | { ok: false; failure: 'none' }> => {
  const asked = await call<PasskeyAsked>('POST', `${path}/challenge`, body);
  if (!asked.ok) return asked;
  try {
    const credential = (await ask(asked.value.options)) as PublicKeyCredential | null;
    if (!credential) return { ok: false, failure: 'none' };
    const shown: PasskeyShown = { sealed: asked.value.sealed, credential: JSON.stringify(credential) };
    return await call<T>('POST', path, shown);
  } catch {
    return { ok: false, failure: 'none' }; // Closed, taken too long, or there already: browsers do not tell which.
  }
};

/** Signs in with a passkey. */
export const showPasskey = <T>() =>
  perform<T>('session/passkey', undefined, (options) =>
    navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options)) }),
  );

/** Adds a passkey for whoever proves to be signed in. */
export const makePasskey = (proof: { password: string; code: string }) =>
  perform('account/passkeys', proof, (options) =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options)) }),
  );
