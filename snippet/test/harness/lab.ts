import { after, before, beforeEach } from 'node:test';
import type { Browser } from 'playwright-core';
import { startBrowser } from './browser.ts';
import { startWorld, type World } from './world.ts';

/** Gives the tests of a file a world and a browser, ended with them. The world's server gets further flags. */
export const openLab = (...flags: string[]): { world: World; browser: Browser } => {
  const lab = {} as { world: World; browser: Browser };
  before(async () => {
    lab.world = await startWorld(...flags);
    lab.browser = await startBrowser();
  });
  after(async () => {
    await lab.browser?.close();
    await lab.world?.stop();
  });
  beforeEach(() => lab.world.reset());
  return lab;
};

export const html = (head: string, body = '', language = 'en') =>
  `<!doctype html><html lang="${language}"><head><title>Shop</title><meta name="viewport" content="width=device-width">${head}</head><body><main><h1>Shop</h1>${body}</main></body></html>`;
