import type { Linked } from '../../schemas/types.gen.ts';
import { follow } from './followed.ts';
import { post } from './outbox.ts';
import { keepSecret } from './secret.ts';
import { setting } from './setting.ts';
import { signalled } from './signal.ts';
import { current } from './state.ts';
import { readMirror } from './storage.ts';

// A page need not catch what it cannot mend: without a link, choices are this browser's own.
const send = async (to: 'links' | 'links/removal', body: object): Promise<Linked | undefined> => {
  try {
    const response = await post(to, body);
    if (response.ok) return response.status === 204 ? undefined : await response.json();
    console.warn('assent:', await response.text());
  } catch {
    console.warn('assent: not linked: server down, or origin not allowed');
  }
  return undefined;
};

// Of the account the choice follows, unless one was made here meanwhile.
const link = async (token: string): Promise<void> => {
  const { _at } = current;
  const linked = await send('links', { secret: keepSecret(), token, ...setting(), gpc: signalled });
  if (linked?.followed && !readMirror().pending?.[0] && current._at === _at) follow(linked.followed, 'account');
};

const unlink = async (): Promise<void> => {
  const { secret } = readMirror();
  if (secret) await send('links/removal', { secret });
};

/** What the API has more where pages may link; snippetbuild adds it. */
export const links = { link, unlink };
