import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { faults } from './decision.ts';
import { meanwhile, until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { ACCEPT, BANNER, OPEN } from './harness/selectors.ts';

const lab = openLab();

const tag = () => `<script type="text/plain" data-assent="google-analytics" src="${lab.world.vendor}/tag.js"></script>
<iframe title="video" data-assent="youtube" data-src="${lab.world.vendor}/frame.html"></iframe>`;

const shop = (path = '/') => lab.world.page(path, html(lab.world.tag() + tag()));

const ran = () => ((self as any).ran || []).length as number;

const holds = async (page: Page): Promise<void> => {
  await page.waitForSelector(BANNER, { state: 'detached' });
  await until(async () => (await page.evaluate(ran)) === 1, 'the tag runs');
};

test('a choice in one tab holds in the other at once, and so does its withdrawal', async () => {
  const context = await lab.browser.newContext();
  const one = await context.newPage();
  const two = await context.newPage();
  await one.goto(shop());
  await two.goto(shop());
  await two.waitForSelector(BANNER);
  await one.waitForSelector(BANNER);
  await one.click(ACCEPT);
  await holds(two);
  await one.evaluate(() => (self as any).assent.withdraw());
  await two.waitForSelector('iframe:not([src])', { state: 'attached' });
  assert.equal(await two.evaluate(() => (self as any).assent.has('analytics')), false);
  await until(() => lab.world.posts.length === 2, 'only the tab of the click records');
  await context.close();
});

test('a choice on the next page holds after Back, in a page that slept in the cache', async () => {
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  await page.goto(shop('/first'));
  await page.waitForSelector(BANNER);
  await page.evaluate(() => addEventListener('pageshow', (event) => ((self as any).slept = event.persisted)));
  await page.goto(shop('/second'));
  await page.click(ACCEPT);
  await holds(page);
  await page.goBack({ waitUntil: 'commit' });
  await until(() => page.evaluate(() => (self as any).slept === true), 'the page comes from the back-forward cache');
  await holds(page);
  await context.close();
});

const plant = () => {
  const expires = 'max-age=9999';
  document.cookie = `_ga=1; domain=shop.test; path=/; ${expires}`;
  document.cookie = `_ga_ABC=1; path=/; ${expires}`;
  document.cookie = `_gid=1; path=/a/b; ${expires}`;
  document.cookie = `_fbp=1; domain=.www.shop.test; path=/a; ${expires}`;
  document.cookie = `own=1; path=/; ${expires}`;
  localStorage.setItem('_ga_state', '1');
  sessionStorage.setItem('_ga', '1');
  localStorage.setItem('cart', '1');
};

const left = () => [
  document.cookie.replace(/assent=[^;]*/, '').match(/\w+(?==)/g),
  Object.keys(localStorage).sort(),
  Object.keys(sessionStorage),
];

test('withdrawal clears what the services left, tells what, and looks again after two seconds', async () => {
  const page = await lab.browser.newPage();
  await page.goto(shop('/a/b/c'));
  await page.click(ACCEPT);
  await page.waitForSelector(OPEN);
  await page.evaluate(plant);
  await page.evaluate(`news = [];
    assent.on('change', ({ removed }) => removed[0] && news.push(removed.sort()));
    assent.withdraw();
    leftAtOnce = (${left})();
    // As a tag does that still runs.
    document.cookie = '_ga=again; path=/';`);
  const clean = [['own'], ['assent', 'cart'], []];
  assert.deepEqual(await page.evaluate('leftAtOnce'), clean);
  const news = () => page.evaluate(() => (self as any).news);
  assert.deepEqual((await news())[0], ['_fbp', '_ga', '_ga', '_ga_ABC', '_ga_state', '_gid']);
  await until(() => lab.world.posts.length === 2, 'the withdrawal');
  const sent = lab.world.posts.at(-1)!;
  assert.deepEqual([faults(sent), sent.removed?.sort()], [[], ['_fbp', '_ga', '_ga_ABC', '_ga_state', '_gid']]);
  await until(async () => (await news()).length === 2, 'the second look');
  assert.deepEqual((await news())[1], ['_ga']);
  assert.deepEqual(await page.evaluate(left), clean);
  await page.close();
});

test('a first refusal clears what was there before, a pending choice nothing', async () => {
  const page = await lab.browser.newPage();
  await page.goto(shop('/a/b/c'));
  await page.waitForSelector(BANNER);
  await page.evaluate(plant);
  await page.reload();
  await page.waitForSelector(BANNER);
  await meanwhile(2200);
  assert.equal((await page.evaluate(left))[0]?.length, 5);
  await page.evaluate(() => (self as any).assent.accept(['analytics']));
  assert.deepEqual((await page.evaluate(left))[0]?.sort(), ['_ga', '_ga_ABC', '_gid', 'own']);
  await page.close();
});

test('cookie and mirror restore each other, the newer one wins, and an old choice is asked for again', async () => {
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  const purposes = () => page.evaluate(() => (self as any).assent.get().purposes);
  await page.goto(shop());
  await page.click(ACCEPT);
  await page.waitForSelector(OPEN);
  const cookie = await page.evaluate(() => document.cookie);
  await context.clearCookies();
  await page.reload();
  await page.waitForSelector(OPEN);
  assert.ok((await page.evaluate(() => document.cookie)).startsWith('assent=1.'));
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.waitForSelector(OPEN);
  assert.deepEqual(await purposes(), { essential: true, analytics: true, marketing: true });
  const at = (seconds: number) =>
    cookie.replace(/^(assent=1\.[^.]+\.)[^.]+/, `$1${seconds.toString(36)}`).replace('marketing:1', 'marketing:0');
  const now = Math.floor(Date.now() / 1000);
  await page.evaluate((newer) => (document.cookie = `${newer};path=/`), at(now + 5));
  await page.reload();
  await page.waitForSelector(OPEN);
  assert.deepEqual(await purposes(), { essential: true, analytics: true, marketing: false });
  await page.evaluate(() => localStorage.clear());
  await page.evaluate((old) => (document.cookie = `${old};path=/`), at(now - 181 * 86400));
  await page.reload();
  await page.waitForSelector(BANNER);
  assert.equal(await page.evaluate(() => (self as any).assent.get().pending), true);
  await context.close();
});
