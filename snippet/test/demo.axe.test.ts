import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { leave, openDemo, untilPanelSays } from './demo.visit.ts';
import { ACCEPT } from './harness/selectors.ts';

const visit = openDemo();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Report {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
}

const violations = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run(options: object): Promise<Report> } }).axe.run({ resultTypes: ['violations'] }),
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
};

const looks: Record<string, BrowserContextOptions> = {
  light: {},
  dark: { colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 640 } },
};

for (const [name, options] of Object.entries(looks)) {
  test(`axe finds nothing, before and after a choice: ${name}`, async () => {
    const visitor = await visit('127.0.0.1', options);
    const { page } = visitor;
    await untilPanelSays(page, 'Everything waits');
    assert.deepEqual(await violations(page), []);
    await page.click(ACCEPT);
    await untilPanelSays(page, '5 requests');
    await page.waitForSelector('#record a');
    assert.deepEqual(await violations(page), []);
    await leave(visitor);
  });
}
