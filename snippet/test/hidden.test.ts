import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { complaints, meanwhile, until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { ACCEPT, BANNER, OPEN, PREFERENCES } from './harness/selectors.ts';

const lab = openLab();

const LONG = '<p>Text</p>'.repeat(80);

/** What a page keeps of our events: the script is on its way while this runs. */
const KEEP = `<script>for (const name of ['show', 'hidden', 'hide', 'choice'])
  addEventListener('assent:' + name, ({ detail }) => (self.told ||= []).push(name + ' ' + (detail.layer || detail.action)))</script>`;

// Hides it before it is ever painted, as a filter list does, whose important declarations outrank those of any page.
const HIDE = `new MutationObserver(() =>
  document.getElementById('assent-root')?.style.setProperty('display', 'none', 'important'),
).observe(document, { childList: true, subtree: true })`;

const gated = () => `<script type="text/plain" data-assent="analytics" src="${lab.world.vendor}/external.js"></script>`;

const told = (page: Page): Promise<string[]> => page.evaluate(() => (self as any).told || []);

const tells = (page: Page, news: string) =>
  until(async () => (await told(page)).includes(news), `the page is told: ${news}`);

/** The page is scrolled, clicked and typed into as if we were not there, and nothing has been chosen. */
const assertUsable = async (page: Page): Promise<void> => {
  await page.click('main button');
  assert.equal(await page.evaluate(() => (self as any).clicked), true);
  await page.mouse.wheel(0, 300);
  await until(() => page.evaluate(() => scrollY > 0), 'the page scrolls');
  const { padding, room } = await page.evaluate(() => {
    const { paddingBottom, scrollPaddingBottom } = getComputedStyle(document.documentElement);
    return { padding: paddingBottom, room: scrollPaddingBottom };
  });
  assert.deepEqual([padding, /^(auto|0px)$/.test(room)], ['0px', true], 'no room is kept for what is not seen');
  assert.deepEqual(await page.evaluate(() => document.querySelectorAll('dialog[open], [inert]').length), 0);
};

const assertPending = async (page: Page): Promise<void> => {
  assert.equal(await page.evaluate(() => (self as any).assent.get().pending), true);
  assert.deepEqual([lab.world.hits, lab.world.posts], [[], []]);
  assert.deepEqual(await page.context().cookies(), []);
};

const shop = (head: string) =>
  lab.world.page(
    '/',
    html(
      KEEP + head + gated(),
      `<button onclick="clicked = true">Buy</button><a href="#" data-assent-action="open">Settings</a>${LONG}`,
    ),
  );

test('hidden by a filter list: told once, nothing is locked, nothing runs, the state stays pending', async () => {
  const page = await lab.browser.newPage();
  await page.addInitScript(HIDE);
  await page.goto(shop(lab.world.tag()));
  await tells(page, 'hidden banner');
  await assertUsable(page);
  await assertPending(page);
  assert.deepEqual(await told(page), ['show banner', 'hidden banner']);
  await page.close();
});

test('a filter list that hides it later, and one that removes it, are told as well', async () => {
  for (const hide of ['style.setProperty("display", "none", "important")', 'remove()']) {
    const page = await lab.browser.newPage();
    await page.goto(shop(lab.world.tag()));
    await page.waitForSelector(BANNER);
    await page.evaluate(`document.getElementById('assent-root').${hide}`);
    await tells(page, 'hidden banner');
    await assertUsable(page);
    await assertPending(page);
    await page.close();
  }
});

test('hidden preferences do not keep the page from being used', async () => {
  const page = await lab.browser.newPage();
  await page.addInitScript(HIDE);
  await page.goto(shop(lab.world.tag()));
  await tells(page, 'hidden banner');
  await page.click('main a');
  await tells(page, 'hide preferences');
  assert.deepEqual((await told(page)).slice(2), ['show preferences', 'hidden preferences', 'hide preferences']);
  await assertUsable(page);
  await assertPending(page);
  await page.close();
});

test("a removed notice comes back at the visitor's own wish", async () => {
  const page = await lab.browser.newPage();
  await page.goto(shop(lab.world.tag()));
  await page.waitForSelector(BANNER);
  await page.evaluate(() => document.getElementById('assent-root')?.remove());
  await page.click('main a');
  await page.waitForSelector(PREFERENCES);
  await page.close();
});

test('what is seen and answered is not told as hidden', async () => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(KEEP + lab.world.tag())));
  await page.click(ACCEPT);
  await page.waitForSelector(OPEN);
  await meanwhile(200);
  assert.deepEqual(await told(page), ['show banner', 'choice accept-all', 'hide banner']);
  await page.close();
});

test('a blocked script leaves a page that works, on which nothing gated runs and early calls do no harm', async () => {
  const page = await lab.browser.newPage();
  const said = complaints(page);
  const queue = `<script>window.assent||(window.assent=new Proxy({q:[]},{get:(t,m)=>m in t?t[m]:(...a)=>{t.q.push([m,...a])}}));
assent.on('change', () => {}); self.has = assent.has('analytics')</script>`;
  await page.route('**/s/*.js', (route) => route.abort('blockedbyclient'));
  await page.goto(shop(queue + lab.world.tag()));
  await assertUsable(page);
  await meanwhile(200);
  assert.equal(await page.evaluate(() => (self as any).has), undefined);
  assert.deepEqual([lab.world.hits, lab.world.posts, said], [[], [], []]);
  await page.close();
});
