import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Notice } from '../../schemas/types.gen.ts';
import { until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { usual } from './harness/notice.ts';
import { ACCEPT, BANNER, CLOSE, MANAGE, REJECT, SAVE } from './harness/selectors.ts';

const lab = openLab();

const SIGNALS = [
  'ad_storage',
  'ad_user_data',
  'ad_personalization',
  'analytics_storage',
  'functionality_storage',
  'personalization_storage',
  'security_storage',
];

const signals = (granted: readonly string[]) =>
  Object.fromEntries(SIGNALS.map((name) => [name, granted.includes(name) ? 'granted' : 'denied']));

const DEFAULT = ['consent', 'default', { ...signals(['security_storage']), wait_for_update: 500 }];
const GRANTED = ['consent', 'update', signals(SIGNALS)];
const DENIED = ['consent', 'update', signals(['security_storage'])];

/** The data layer in short: calls as arrays, events by name. Google needs `arguments` objects for calls. */
const layer = (page: Page): Promise<unknown[]> =>
  page.evaluate(() =>
    (self as any).dataLayer.map((entry: any) =>
      Object.prototype.toString.call(entry) === '[object Arguments]' ? [...entry] : entry.event,
    ),
  );

const calls = async (page: Page) => (await layer(page)).filter((entry) => Array.isArray(entry));

const tags = () => `
<script type="text/plain" data-assent="analytics" src="${lab.world.vendor}/gtag.js?id=G-SRC111"></script>
<script type="text/plain" data-assent="analytics">gtag('config', 'G-ABC123')</script>`;

test('one default, then an update per decision and per later page, before any tag and event', async () => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag() + tags())));
  await page.waitForSelector(BANNER);
  assert.deepEqual(await calls(page), [DEFAULT]);
  await page.click(ACCEPT);
  const config = ['config', 'G-ABC123'];
  assert.deepEqual(await calls(page), [DEFAULT, GRANTED, config]);
  const all = await layer(page);
  const update = all.findIndex((entry) => Array.isArray(entry) && entry[1] === 'update');
  assert.ok(all.indexOf('assent:choice') > update, 'the event follows the update');
  await page.reload();
  await until(async () => (await layer(page)).includes('assent:ready'), 'the script is ready');
  assert.deepEqual((await layer(page)).slice(0, 2), [DEFAULT, GRANTED]);
  await page.evaluate(() => (self as any).assent.withdraw());
  assert.deepEqual((await calls(page)).at(-1), DENIED);
  await page.reload();
  await until(async () => (await layer(page)).includes('assent:ready'), 'the script is ready');
  assert.deepEqual(await calls(page), [DEFAULT, DENIED]);
  await page.close();
});

test('a refusal is an update with everything denied', async () => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag() + tags())));
  await page.click(REJECT);
  assert.deepEqual(await calls(page), [DEFAULT, DENIED]);
  await page.close();
});

test("the page's own default is not repeated", async () => {
  const page = await lab.browser.newPage();
  const own = `<script>dataLayer = []; function gtag() { dataLayer.push(arguments) } gtag('consent', 'default', { ad_storage: 'denied' })</script>`;
  await page.goto(lab.world.page('/', html(own + lab.world.tag())));
  await page.click(ACCEPT);
  assert.deepEqual(await calls(page), [['consent', 'default', { ad_storage: 'denied' }], GRANTED]);
  await page.close();
});

test('analytics alone grants analytics_storage alone', async () => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag())));
  await page.click(MANAGE);
  await page.click('[data-assent-category=analytics]');
  await page.click(SAVE);
  assert.deepEqual(await calls(page), [
    DEFAULT,
    ['consent', 'update', signals(['analytics_storage', 'security_storage'])],
  ]);
  await page.close();
});

test('closing the preferences tells Google nothing', async () => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag())));
  await page.click(MANAGE);
  await page.click(CLOSE);
  assert.deepEqual(await calls(page), [DEFAULT]);
  await page.close();
});

test('withdrawal switches off the measurement of every id on the page, a new grant on again', async () => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag() + tags())));
  await page.click(ACCEPT);
  const off = () => page.evaluate(() => [(self as any)['ga-disable-G-SRC111'], (self as any)['ga-disable-G-ABC123']]);
  await page.evaluate(() => (self as any).assent.withdraw());
  assert.deepEqual(await off(), [true, true]);
  await page.evaluate(() => (self as any).assent.accept(['analytics']));
  assert.deepEqual(await off(), [false, false]);
  await page.close();
});

const siteWith = (change: Notice): Promise<string> => lab.world.addSite({ ...usual, ...change });

// What Google documents for a container, shortened: the event that starts it, and the tag beside the snippet.
const container = () =>
  `<script>dataLayer=window.dataLayer||[];dataLayer.push({'gtm.start':Date.now(),event:'gtm.js'})</script><script async src="${lab.world.vendor}/gtm.js?id=GTM-ABC12"></script>`;

test('the settings of the notice are told to Google beside the default', async () => {
  const site = await siteWith({
    google: { waitForUpdate: 900, adsDataRedaction: true, urlPassthrough: true, developerId: 'dABC1' },
  });
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag('', site))));
  assert.deepEqual(await calls(page), [
    ['consent', 'default', { ...signals(['security_storage']), wait_for_update: 900 }],
    ['set', 'ads_data_redaction', true],
    ['set', 'url_passthrough', true],
    ['set', 'developer_id.dABC1', true],
  ]);
  await page.close();
});

test('with regions there is one default for them, denied, and one for the rest, granted', async () => {
  const region = ['DE', 'US-CA'];
  const site = await siteWith({ google: { regions: region } });
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag('', site))));
  assert.deepEqual(await calls(page), [
    ['consent', 'default', { ...signals(['security_storage']), region, wait_for_update: 500 }],
    ['consent', 'default', { ...signals(SIGNALS), wait_for_update: 500 }],
  ]);
  await page.click(REJECT);
  assert.deepEqual((await calls(page)).slice(2), [DENIED]);
  await page.close();
});

test('in advanced mode a container that nobody holds back starts with everything denied, and is never switched off', async () => {
  const site = await siteWith({ consentMode: 'advanced' });
  const page = await lab.browser.newPage();
  const config = `<script>gtag('js', new Date(0));gtag('config','G-ADV1')</script>`;
  await page.goto(lab.world.page('/', html(lab.world.tag('', site) + container() + config)));
  await page.waitForSelector(BANNER);
  await until(() => lab.world.hits.includes('/gtm.js?id=GTM-ABC12'), 'the container loads before any answer');
  const all = await layer(page);
  assert.deepEqual(all[0], DEFAULT);
  assert.ok(all.indexOf('gtm.js') > 0, 'the container starts after the default');
  await page.click(REJECT);
  assert.deepEqual((await calls(page)).at(-1), DENIED);
  assert.equal(await page.evaluate(() => (self as any)['ga-disable-G-ADV1']), undefined);
  await page.reload();
  await until(async () => (await layer(page)).includes('assent:ready'), 'the script is ready');
  assert.deepEqual((await layer(page)).slice(0, 2), [DEFAULT, DENIED]);
  await page.close();
});

test("a returning visitor's update follows the page's own default, before the container starts", async () => {
  const page = await lab.browser.newPage();
  const own = `<script>dataLayer=[];function gtag(){dataLayer.push(arguments)}gtag('consent','default',{ad_storage:'denied'})</script>`;
  const gated = container().replaceAll('<script', '<script type="text/plain" data-assent="analytics"');
  await page.goto(lab.world.page('/', html(own + lab.world.tag() + gated)));
  await page.click(ACCEPT);
  await page.reload();
  await until(async () => (await layer(page)).includes('gtm.js'), 'the container starts');
  const all = await layer(page);
  assert.deepEqual(all.slice(0, 2), [['consent', 'default', { ad_storage: 'denied' }], GRANTED]);
  assert.equal((await calls(page)).length, 2);
  await page.close();
});
