import { site } from 'assent:config';
import type { Decision } from '../../schemas/types.gen.ts';
import { origin } from './origin.ts';
import { remember } from './receipt.ts';
import { changeMirror, isShared, readMirror } from './storage.ts';

let busy = false;
let failures = 0;
let timer = 0;

/** Sends something of the site's to the server. */
export const post = (
  to: 'decisions' | 'exposures' | 'links' | 'links/removal' | 'parental' | 'parental/answer',
  body: unknown,
): Promise<Response> =>
  fetch(`${origin}/v1/sites/${site}/${to}`, {
    method: 'POST',
    // As plain text, for which browsers need not ask the server first whether another origin may send it.
    body: JSON.stringify(body),
    // Where the server sets the page's own cookie it must be let, and nowhere else.
    ...(HAS_DOMAIN && [location.hostname, new URL(origin).hostname].every(isShared) ? { credentials: 'include' } : {}),
    // The visitor may leave the page with the click.
    keepalive: true,
    signal: AbortSignal.timeout?.(10000) as AbortSignal,
  });

// Too early, too many, too slow, or a server that lost its sites for a while: worth another try. Any other refusal would
// be the same next time.
const FINAL = /4(?!04|08|25|29)../;

/** Sends what waits, oldest first; what fails stays with its id and is tried again, ever more seldom. */
export const flush = async (): Promise<void> => {
  const next = readMirror().pending?.[0];
  if (busy || !next) return;
  busy = true;
  failures++;
  try {
    const response = await post('decisions', next);
    if (response.ok || FINAL.test(`${response.status}`)) {
      changeMirror({ pending: readMirror().pending?.filter((decision) => decision.id !== next.id) || [] });
      failures = 0;
      if (response.ok) remember(await response.json());
      else console.warn('assent:', await response.text());
    }
  } catch {
    // Offline, too slow, or refused: browsers hide from the page why another origin said no.
    console.warn('assent: not recorded: server down, or origin not allowed');
  }
  busy = false;
  clearTimeout(timer);
  // Jitter keeps a crowd of pages from coming back at once.
  timer = window.setTimeout(flush, failures && Math.min(300, 2 ** failures) * (500 + Math.random() * 1000));
};

export const enqueue = (decision: Decision): void => {
  // Each decision is evidence, so that a newer one does not replace an older one; the bound keeps storage small. The
  // visitor's history has the same.
  const MOST = 16;
  const { pending = [], history = [] } = readMirror();
  changeMirror({
    // Another script of the page may have damaged what is stored.
    pending: [...[pending].flat(), decision].slice(-MOST),
    history: [...history, [decision.action, decision.decidedAt!] as [string, string]].slice(-MOST),
  });
  flush();
};
