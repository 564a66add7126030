import { domain, lifetime, purposes, services } from 'assent:config';
import type { Decision, Recorded } from '../../schemas/types.gen.ts';
import { attempt } from './attempt.ts';
import { type Choice, undecided } from './choice.ts';
import { COOKIE_LIMIT, decode, encode } from './codec.ts';
import { heed } from './signal.ts';
import { nowSeconds } from './time.ts';

const NAME = 'assent';

/** What localStorage holds beside the cookie: the choice in full, and what must never be sent with each request. */
export interface Mirror {
  choice?: string;
  secret?: string;
  /** Decisions that the server has not acknowledged, oldest first. */
  pending?: Decision[];
  /** Action and time of the latest decisions on this device, oldest first. */
  history?: [string, string][];
  receipt?: Recorded;
  /** The browser's privacy signal has been recorded. */
  gpc?: boolean;
  /** What was said of the visitor's age, until when that counts in Unix seconds, and whether a parent was asked. */
  age?: { said: 'child' | 'adult'; until: number; asked?: boolean };
}

/** Serves this page alone where storage is blocked. */
let memory: Mirror = {};

export const readMirror = (): Mirror =>
  attempt(() => JSON.parse(localStorage.getItem(NAME)!) as Mirror | null) || memory;

export const changeMirror = (change: Mirror): void => {
  memory = { ...readMirror(), ...change };
  attempt(() => {
    localStorage.setItem(NAME, JSON.stringify(memory));
    memory = {};
  });
};

// A cookie of this name may be there several times: for other paths, or planted by a neighbour on the same host.
const readCookies = (): string[] =>
  attempt(() => Array.from(`; ${document.cookie}`.matchAll(/; assent=([^;]*)/g), ([, text]) => text!)) || [];

// One from the future was not written by a visitor of today: it would outrank every answer to come.
const inForce = (text: string | undefined): Choice => {
  const DAY = 86400;
  const choice = decode(text, services);
  const age = nowSeconds() - choice._at;
  return age < lifetime && age > -DAY ? choice : undecided;
};

/**
 * The mirror, which is complete, unless a newer cookie is known; undecided when all are lost or too old. A cookie may
 * refuse what the mirror grants and not the other way round: others can write cookies, and a refusal must hold. Among
 * hosts that share the cookie the newest counts, because each of them has a mirror of its own.
 */
export const readChoice = (): Choice => {
  const { choice, gpc } = readMirror();
  let best = inForce(choice);
  for (const text of readCookies()) {
    const sent = inForce(text);
    const { _at, _answers } = best;
    const grantsMore =
      !HAS_DOMAIN && _at && Object.keys(sent._answers).some((id) => sent._answers[id] && !_answers[id]);
    if (sent._at > _at && !grantsMore) best = sent;
  }
  return SILENCE_GRANTS ? heed(best, gpc) : best;
};

/** Whether a host may set and read the cookie that the notice shares; a developer's own machine may not. */
export const isShared = (host: string): boolean => `.${host}`.endsWith(`.${domain}`);

/** Writes both copies, which also puts back whichever of them was lost. Nothing is written before there is a choice. */
export const writeChoice = (choice: Choice): void => {
  if (!choice._at) return;
  changeMirror({ choice: encode(choice, services, purposes, Infinity) });
  const value = encode(choice, services, purposes, COOKIE_LIMIT);
  const there = readCookies();
  if (there.includes(value) && (!HAS_DOMAIN || !there[1])) return;
  const age = choice._at + lifetime - nowSeconds();
  attempt(() => {
    let cookie = `${NAME}=${value};path=/;samesite=lax;max-age=${age}${secure}`;
    if (HAS_DOMAIN && isShared(location.hostname)) {
      // One from before the choice was shared would stand beside it.
      document.cookie = `${NAME}=;path=/;max-age=0`;
      cookie += `;domain=${domain}`;
    }
    document.cookie = cookie;
  });
};

/** The attribute that cookies of an encrypted page carry. */
export const secure = location.protocol === 'https:' ? ';secure' : '';
