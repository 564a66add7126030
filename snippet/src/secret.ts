import { newSecret } from './ids.ts';
import { changeMirror, readMirror } from './storage.ts';

/** The visitor's secret, made with the first decision. One that got damaged would be refused by the server for ever. */
export const keepSecret = (): string => {
  const [secret = newSecret()] = `${readMirror().secret}`.match(/^[\w-]{22}$/) || [];
  changeMirror({ secret });
  return secret;
};
