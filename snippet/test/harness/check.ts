import type { Page } from 'playwright-core';
import type { Finding } from '../../src/contract.ts';

/** What the self-test has to say about a page. */
export const selfTest = (page: Page): Promise<Finding[]> => page.evaluate(() => (self as any).assent.check());

/** Names of the findings. */
export const codes = async (page: Page): Promise<string[]> => (await selfTest(page)).map(({ code }) => code);
