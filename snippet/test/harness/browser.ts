import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// Names that end in .test (RFC 6761) are the harness's own; beside them nothing but this machine can be reached.
const resolver = 'MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost';

/** Starts Chromium. `routes` come before what the harness resolves: "MAP shop.test:80 127.0.0.1:8080, ". */
export const startBrowser = (routes = ''): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: [...flags, `--host-resolver-rules=${routes}${resolver}`],
    // Playwright would turn the back-forward cache off.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });

/** What a page said that a test must not let pass: exceptions and policy violations. */
export const complaints = (page: Page): string[] => {
  const list: string[] = [];
  page.on('pageerror', (error) => list.push(String(error)));
  page.on('console', (message) => {
    if (/Content.Security.Policy|Trusted ?Type/i.test(message.text())) list.push(message.text());
  });
  return list;
};

/** Errors that the browser itself puts into the page's console. */
export const errors = (page: Page): string[] => {
  const list: string[] = [];
  page.on('console', (message) => {
    const isOurs = message.text().startsWith('assent: ') || message.location().url.endsWith('/favicon.ico');
    if (message.type() === 'error' && !isOurs) list.push(message.text());
  });
  return list;
};

/** The browser's privacy signal, which headless Chromium cannot send by itself. */
export const signal = async (context: BrowserContext): Promise<void> => {
  const content = `Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })`;
  await context.addInitScript({ content });
};

/** Waits until the server has answered for every decision of a page: the next page would send the others again. */
export const untilRecorded = (page: Page): Promise<void> => {
  const waiting = () => JSON.parse(localStorage.getItem('assent') || '{}').pending?.length || 0;
  return until(async () => (await page.evaluate(waiting)) === 0, 'every decision is recorded');
};

/** Lets time pass in which something must not happen. */
export const meanwhile = (milliseconds: number): Promise<void> => new Promise((over) => setTimeout(over, milliseconds));

/** Waits until something holds; the limit is there to end a test that failed. */
export const until = async (holds: () => Promise<boolean> | boolean, what: string): Promise<void> => {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`still not so: ${what}`);
    await meanwhile(20);
  }
};
