import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type Assent, startAssent } from './harness/assent.ts';
import { startBrowser, until } from './harness/browser.ts';
import { BANNER } from './harness/selectors.ts';

export interface Visit {
  readonly page: Page;
  /** Requests of the page itself to the third parties' origin, without their query. */
  readonly asked: string[];
  /** Whatever the browser complains of: errors, warnings, policy violations. */
  readonly complaints: string[];
}

type Open = (host?: string, options?: BrowserContextOptions, query?: string) => Promise<Visit>;

const listen = (page: Page, other: string): Visit => {
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => /error|warning/.test(message.type()) && complaints.push(message.text()));
  page.on('request', (request) => {
    const byFilm = request.frame() !== page.mainFrame() && !request.isNavigationRequest();
    const path = request.url().replace(/\?.*/, '');
    if (path.startsWith(other) && !byFilm) asked.push(path.replace(`${other}/demo/stand-in/`, ''));
  });
  return { page, asked, complaints };
};

/** Starts a server and a browser for the tests of a file; what it returns opens the demo as a new visitor would. */
export const openDemo = (): Open => {
  let assent: Assent;
  let browser: Browser;
  before(async () => {
    assent = await startAssent();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await assent?.stop();
  });
  return async (host = '127.0.0.1', options = {}, query = '') => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const other = host === 'localhost' ? '127.0.0.1' : 'localhost';
    const visit = listen(await context.newPage(), `http://${other}:${assent.port}`);
    await visit.page.goto(`http://${host}:${assent.port}/demo/${query}`);
    await visit.page.waitForSelector(BANNER);
    return visit;
  };
};

/** Ends a visit, in which the browser must have had nothing to complain of. */
export const leave = async ({ page, complaints }: Visit): Promise<void> => {
  await page.context().close();
  assert.deepEqual(complaints, []);
};

export const untilPanelSays = (page: Page, words: string): Promise<void> =>
  until(async () => (await page.innerText('.panel')).includes(words), `the panel says “${words}”`);
