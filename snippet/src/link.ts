import { services } from 'assent:config';
import type { Followed, Linked } from '../../schemas/types.gen.ts';
import { answersFrom } from './choice.ts';
import { apply } from './decide.ts';
import { type Deed, toChoice } from './decision.ts';
import { emit } from './events.ts';
import { post } from './outbox.ts';
import { remember } from './receipt.ts';
import { keepSecret } from './secret.ts';
import { setting } from './setting.ts';
import { signalled } from './signal.ts';
import { current } from './state.ts';
import { readMirror, writeChoice } from './storage.ts';

// What is pending in the account stays as it is here: like a signal, the choice answers what it names.
const toOwn = ({ recorded, decidedAt }: Followed) => {
  const purposes = answersFrom(Object.entries(recorded.choice.purposes).filter(([id]) => id !== 'essential'));
  const deed = { action: 'signal', purposes, services: recorded.choice.services } as Deed;
  return { ...toChoice(deed, current, Date.parse(decidedAt), services), _subject: recorded.subject };
};

const follow = (followed: Followed): void => {
  const choice = toOwn(followed);
  if (JSON.stringify(choice) === JSON.stringify(current)) return;
  const news = { ...apply(choice), action: followed.recorded.choice.action, source: 'account' as const };
  writeChoice(current);
  remember(followed.recorded);
  emit('change', news);
};

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
  if (linked?.followed && !readMirror().pending?.[0] && current._at === _at) follow(linked.followed);
};

const unlink = async (): Promise<void> => {
  const { secret } = readMirror();
  if (secret) await send('links/removal', { secret });
};

/** What the API has more where pages may link; snippetbuild adds it. */
export const links = { link, unlink };
