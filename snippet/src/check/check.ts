import type { Finding } from '../contract.ts';
import { unknownNames } from './names.ts';
import { order } from './order.ts';
import { recording } from './recording.ts';
import { requests } from './requests.ts';
import { inclusion, storage, visibility } from './surroundings.ts';
import { tags } from './tags.ts';
import { otherTools } from './tools.ts';

const voices = { wrong: 'error', doubt: 'warn', fine: 'info' } as const;

/** Milliseconds that a page which is still loading is waited for; some vendor may hang. */
const PATIENCE = 5000;

// Half of what can be wrong comes with the rest of the page.
const loaded = (): Promise<void> =>
  new Promise((resolve) => {
    if (document.readyState === 'complete') resolve();
    addEventListener('load', () => resolve());
    setTimeout(resolve, PATIENCE);
  });

/**
 * Looks for what is wrong with consent on this page, tells it in the console and returns it. The script, which came from
 * `origin`, set Google's default at `begun`, Unix milliseconds.
 */
const check = async (begun: number, origin: string): Promise<Finding[]> => {
  await loaded();
  const page = window as unknown as Record<string, unknown>;
  const findings = [
    ...order(begun, page.dataLayer as Parameters<typeof order>[1]),
    ...otherTools(page),
    ...unknownNames(document),
    ...inclusion(),
    ...(await visibility()),
    ...storage(),
    ...tags(),
    ...requests(begun, origin),
    ...(await recording(origin)),
  ];
  for (const { level, text } of findings) console[voices[level]](`assent: ${text}`);
  if (findings.every(({ level }) => level === 'fine')) console.info('assent: nothing wrong was found on this page.');
  return findings;
};

export default check;
