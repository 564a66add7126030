import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CDPSession, Page } from 'playwright-core';
import { until } from './harness/browser.ts';
import { openLab } from './harness/lab.ts';
import { ACCEPT, BANNER } from './harness/selectors.ts';

// What the script costs a page, as far as it is the same on every machine. `make bench-browser` measures the rest.
const lab = openLab();

const MOST_LISTENERS = 10;

// Short paragraphs, as on a shop's page: longer ones and pictures are larger than any notice anyway.
const text =
  '<p>Stoneware from a small workshop by the sea: thrown, glazed and fired by hand, in small batches, since 1987.</p>';
const page = (head: string) =>
  lab.world.page(
    '/',
    `<!doctype html><html lang="en"><head><title>Shop</title><meta name="viewport" content="width=device-width">
<style>body{margin:2em auto;max-width:40em;font:16px/1.5 sans-serif}</style>${head}</head>
<body><h1>Shop</h1>${text.repeat(12)}<a href="#" data-assent-action="open">Settings</a></body></html>`,
  );

const painted = () =>
  new Promise<string[]>((seen) =>
    new PerformanceObserver((list) =>
      seen(list.getEntries().map((entry) => (entry as any).element?.closest('#assent-root') && 'notice')),
    ).observe({ type: 'largest-contentful-paint', buffered: true }),
  );

const shifts = () =>
  new Promise<number>((seen) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum += (entry as any).value;
    }).observe({ type: 'layout-shift', buffered: true });
    // Two frames later everything that was buffered has been handed over.
    requestAnimationFrame(() => requestAnimationFrame(() => seen(sum)));
  });

// Not waitForSelector, which adds listeners of its own.
const untilAsked = (tab: Page) =>
  until(() => tab.evaluate((banner) => !!document.querySelector(banner), BANNER), 'the question is there');

const counts = async (devtools: CDPSession): Promise<number> => {
  await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'JSEventListeners')!.value;
};

const open = async (head: string, width = 1280): Promise<[Page, CDPSession]> => {
  const context = await lab.browser.newContext({ viewport: { width, height: 800 } });
  const tab = await context.newPage();
  const devtools = await context.newCDPSession(tab);
  await devtools.send('Performance.enable');
  await tab.goto(page(head));
  return [tab, devtools];
};

test('the notice adds at most ten listeners to a page', async () => {
  const [plain, before] = await open('');
  const [asked, after] = await open(lab.world.tag());
  await untilAsked(asked);
  const added = (await counts(after)) - (await counts(before));
  assert.ok(added > 0 && added <= MOST_LISTENERS, `${added} listeners`);
  await plain.context().close();
  await asked.context().close();
});

test('the notice moves nothing and is never the largest paint of a page', async () => {
  for (const width of [1280, 390]) {
    const [tab] = await open(lab.world.tag(), width);
    await untilAsked(tab);
    assert.equal(await tab.evaluate(shifts), 0, `layout shift at ${width} px`);
    assert.notEqual((await tab.evaluate(painted)).at(-1), 'notice', `largest paint at ${width} px`);
    await tab.click(ACCEPT);
    await tab.waitForSelector(BANNER, { state: 'detached' });
    assert.equal(await tab.evaluate(shifts), 0, `layout shift after the answer at ${width} px`);
    await tab.context().close();
  }
});

test('a returning visitor costs no request before the tags, and none but the script', async () => {
  const { world } = lab;
  const gated = `<script type="text/plain" data-assent="analytics" src="${world.vendor}/tag.js"></script>`;
  const [tab] = await open(world.tag() + gated);
  await tab.click(ACCEPT);
  await until(() => tab.evaluate(() => (self as any).assent.receipt() !== null), 'the decision is recorded');
  world.reset();
  await tab.reload();
  await until(() => world.hits.length > 0, 'the tag starts');
  const [first, ...others] = world.log;
  assert.match(first!, /^assent GET \/s\/\w+\.js$|^vendor/);
  assert.deepEqual(
    others.filter((entry) => !entry.startsWith('vendor')),
    [],
  );
  await tab.context().close();
});
