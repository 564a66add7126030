import { mentionedIn } from './loads.ts';
import { type Guard, intercept, type Realm } from './patch.ts';

/** What connects when it is made, and an address instead, of a kind that it takes, where nobody is. */
const CHANNELS = {
  WebSocket: 'wss://assent.invalid',
  WebTransport: 'https://assent.invalid',
  EventSource: 'about:invalid',
};

/** Puts the guard before classes that make requests. */
export const patchChannels = (guard: Guard, realm: Realm): void => {
  for (const [name, nowhere] of Object.entries(CHANNELS))
    intercept(realm, name, (_, args, go) => {
      if (guard.ask(args[0])) args[0] = nowhere;
      return go();
    });
  intercept(realm, 'FontFace', (_, args, go) => {
    if (mentionedIn(`${args[1]}`).some((address) => guard.ask(address))) args[1] = 'url(about:invalid)';
    return go();
  });
  intercept(realm, 'Audio', (_, args, go) => {
    const [address] = args;
    if (!guard.ask(address)) return go();
    args.length = 0;
    const sound = go() as HTMLAudioElement;
    sound.src = address as string;
    return sound;
  });
};
