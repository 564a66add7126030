import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import type { Notice } from '../../schemas/types.gen.ts';
import { faults } from './decision.ts';
import { meanwhile, signal, until, untilRecorded } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { usual } from './harness/notice.ts';
import { ACCEPT, BANNER, MANAGE, OPEN, PREFERENCES, REJECT, SAVE } from './harness/selectors.ts';

const lab = openLab();
const notices = {
  usual,
  'opt-out': { ...usual, regime: 'opt-out' },
  'notice-only': { ...usual, regime: 'notice-only' },
  'child-directed': { ...usual, regime: 'child-directed' },
  yielding: { ...usual, regime: 'opt-out', gpcYields: true },
} satisfies Record<string, Notice>;

type Site = keyof typeof notices;

const sites = new Map<Site, Promise<string>>();

const siteOf = (name: Site): Promise<string> => {
  const site = sites.get(name) || lab.world.addSite(notices[name]);
  sites.set(name, site);
  return site;
};

const tags =
  () => `<script type="text/plain" data-assent="google-analytics" src="${lab.world.vendor}/count.js"></script>
<script type="text/plain" data-assent="meta-pixel" src="${lab.world.vendor}/pixel.js"></script>
<script type="text/plain" data-assent="unheard-of" src="${lab.world.vendor}/unheard.js"></script>`;

const visit = async (name: Site, context: BrowserContext, path = '/'): Promise<Page> => {
  const site = await siteOf(name);
  const page = await context.newPage();
  await page.goto(lab.world.page(path, html(lab.world.tag('async', site) + tags())));
  await page.waitForFunction('self.assent?.get');
  return page;
};

const state = (page: Page) => page.evaluate(() => (self as any).assent.get());
const has = (page: Page, ...names: string[]) =>
  page.evaluate((all) => all.map((name) => (self as any).assent.has(name)), names);
const ran = (page: Page): Promise<string[]> => page.evaluate(() => ((self as any).ran || []).sort());
const runs = (page: Page, ...names: string[]) =>
  until(async () => `${await ran(page)}` === `${names}`, `${names} run${names.length === 1 ? 's' : ''}`);

const consentCalls = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    (self as any).dataLayer
      .filter((call: any) => call[0] === 'consent')
      .map((call: any) => `${call[1]} ${call[2].analytics_storage} ${call[2].ad_storage}`),
  );

for (const regime of ['opt-out', 'notice-only'] as const) {
  test(`${regime}: services run until they are refused, and nothing is recorded before`, async () => {
    const context = await lab.browser.newContext();
    const page = await visit(regime, context);
    await runs(page, 'count', 'pixel');
    await page.waitForSelector(BANNER);
    const { pending, purposes, decidedAt } = await state(page);
    assert.deepEqual([pending, purposes, decidedAt], [true, { essential: true }, null]);
    assert.deepEqual(await has(page, 'analytics', 'marketing', 'youtube', 'unheard-of'), [true, true, true, false]);
    assert.deepEqual(await consentCalls(page), ['default granted granted']);
    await meanwhile(200);
    assert.deepEqual([lab.world.posts, await page.evaluate(() => document.cookie)], [[], '']);
    await page.click(REJECT);
    await until(() => lab.world.posts.length === 1, 'the refusal');
    const [sent] = lab.world.posts;
    assert.deepEqual([faults(sent), sent?.action, sent?.regime], [[], 'reject-all', regime]);
    assert.deepEqual((await consentCalls(page)).at(-1), 'update denied denied');
    lab.world.hits = [];
    await page.reload();
    await page.waitForSelector(OPEN);
    await meanwhile(200);
    assert.deepEqual([await ran(page), lab.world.hits], [[], []]);
    await context.close();
  });
}

test('opt-out: the way to refuse is in the question, and stays on the page', async () => {
  const context = await lab.browser.newContext();
  const page = await visit('opt-out', context);
  await page.waitForSelector(BANNER);
  assert.match(await page.innerText(BANNER), /Do not sell or share my personal information/);
  assert.match(await page.innerText(BANNER), /Your privacy choices/);
  const words = await page.locator(`${BANNER} div`).first().boundingBox();
  assert.ok(words!.width > 400, `the words have room beside their long button: ${words!.width} pixels`);
  await page.click(ACCEPT);
  await page.waitForSelector(BANNER, { state: 'detached' });
  assert.equal(await page.innerText(OPEN), 'Your privacy choices');
  await page.click(OPEN);
  await page.click('[data-assent-category=marketing]');
  await page.click(SAVE);
  await until(() => lab.world.posts.length === 2, 'both decisions');
  assert.deepEqual(await has(page, 'analytics', 'marketing'), [true, false]);
  await context.close();
});

test('opt-out: the two answers are equally wide on a phone, on both layers', async () => {
  const context = await lab.browser.newContext({ viewport: { width: 360, height: 640 } });
  const page = await visit('opt-out', context);
  await page.waitForSelector(BANNER);
  const widths = (layer: string) =>
    page
      .locator(`${layer} :is([data-assent-action=accept-all], [data-assent-action=reject-all])`)
      .evaluateAll((all) => all.map((button) => button.getBoundingClientRect().width));
  for (const layer of [BANNER, PREFERENCES]) {
    if (layer === PREFERENCES) await page.click(MANAGE);
    const [no, yes] = await widths(layer);
    assert.equal(no, yes, layer);
  }
  await context.close();
});

test('opt-out: the signal is honoured before anything runs, shown, recorded, and outweighs what is chosen', async () => {
  const context = await lab.browser.newContext();
  await signal(context);
  const page = await visit('opt-out', context);
  await runs(page, 'count');
  assert.deepEqual(await consentCalls(page), ['default granted denied', 'update granted denied']);
  assert.match(await page.innerText(BANNER), /Opt-out preference signal honoured/);
  await until(() => lab.world.posts.length === 1, 'the signal');
  const [sent] = lab.world.posts;
  assert.deepEqual([faults(sent), sent?.action, sent?.purposes], [[], 'signal', { marketing: false }]);
  await page.click(MANAGE);
  assert.equal(await page.locator('[data-assent-category=marketing]').isDisabled(), true);
  assert.equal(await page.locator('[data-assent-service=meta-pixel]').isChecked(), false);
  await page.click(`${PREFERENCES} [data-assent-action=accept-all]`);
  await page.evaluate(() => (self as any).assent.accept(['analytics', 'marketing', 'meta-pixel']));
  assert.deepEqual(await has(page, 'analytics', 'marketing', 'meta-pixel'), [true, false, false]);
  await until(() => lab.world.posts.length === 3, 'both decisions');
  assert.ok(!JSON.stringify(lab.world.posts).match(/"(marketing|meta-pixel)":true/));
  await page.reload();
  await runs(page, 'count');
  assert.deepEqual(await has(page, 'marketing'), [false]);
  await context.close();
});

test('opt-out: a grant from before the signal is withdrawn by it; a later explicit one wins where the notice yields', async () => {
  const context = await lab.browser.newContext();
  const first = await visit('yielding', context);
  await first.click(ACCEPT);
  await untilRecorded(first);
  await first.close();
  await signal(context);
  const page = await visit('yielding', context);
  await runs(page, 'count');
  await until(() => lab.world.posts.length === 2, 'the signal');
  assert.equal(lab.world.posts[1]?.action, 'signal');
  await page.click(OPEN);
  await page.click('[data-assent-category=marketing]');
  await page.click(SAVE);
  await runs(page, 'count', 'pixel');
  await untilRecorded(page);
  await page.reload();
  await runs(page, 'count', 'pixel');
  assert.equal(lab.world.posts.length, 3);
  await context.close();
});

test('notice-only: informs and can be objected to, with words of its own', async () => {
  const context = await lab.browser.newContext();
  const page = await visit('notice-only', context);
  const text = await page.innerText(BANNER);
  for (const words of ['How this site uses', 'Understood', 'Object to all']) assert.ok(text.includes(words), words);
  assert.equal(await page.locator(OPEN).count(), 0);
  await page.click(ACCEPT);
  await page.waitForSelector(OPEN);
  assert.equal((await state(page)).pending, false);
  await context.close();
});

test('child-directed: nothing optional ever runs, nobody is asked, nothing is granted', async () => {
  const context = await lab.browser.newContext();
  const page = await visit('child-directed', context);
  await page.evaluate(() => {
    document.cookie = '_ga=1;path=/';
    const { assent } = self as any;
    assent.accept();
    assent.accept(['analytics']);
    return assent.open();
  });
  await meanwhile(300);
  assert.equal(await page.locator('#assent-root').count(), 0);
  assert.deepEqual(await has(page, 'essential', 'analytics', 'marketing', 'youtube'), [true, false, false, false]);
  const { pending, purposes } = await state(page);
  assert.deepEqual([pending, purposes], [false, { essential: true, analytics: false, marketing: false }]);
  assert.deepEqual([lab.world.posts, lab.world.hits, await page.evaluate(() => localStorage.length)], [[], [], 0]);
  await page.reload();
  await until(async () => (await page.evaluate(() => document.cookie)) === '', 'what services left is cleared');
  await context.close();
});

test('what was agreed to where silence grants is asked for again where it does not', async () => {
  const context = await lab.browser.newContext();
  const first = await visit('opt-out', context);
  await first.click(ACCEPT);
  await first.waitForSelector(BANNER, { state: 'detached' });
  const page = await visit('usual', context);
  await page.waitForSelector(BANNER);
  assert.deepEqual([await ran(page), await has(page, 'analytics')], [[], [false]]);
  await page.click(ACCEPT);
  await page.waitForSelector(OPEN);
  const back = await visit('opt-out', context);
  assert.equal((await state(back)).pending, false);
  await context.close();
});
