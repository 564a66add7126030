import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { leave, openDemo, untilPanelSays } from './demo.visit.ts';
import { meanwhile } from './harness/browser.ts';
import { ACCEPT, BANNER, MANAGE, PREFERENCES, REJECT, SAVE } from './harness/selectors.ts';

const visit = openDemo();

const everything = ['embed/first-firing', 'en_US/fbevents.js', 'g/collect', 'gtag/js', 'tr'];

const states = (page: Page): Promise<Record<string, string>> =>
  page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll<HTMLElement>('[data-state]')].map(({ dataset }) => [
        dataset.purpose || dataset.service,
        dataset.state,
      ]),
    ),
  );

const signals = (page: Page): Promise<Record<string, string>> =>
  page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll('#signals > div')].map((row) => [...row.children].map((cell) => cell.textContent)),
    ),
  );

const cookies = async (page: Page): Promise<string[]> =>
  (await page.context().cookies()).map(({ name }) => name).sort();

const all = (state: string): Record<string, string> => ({
  ad_storage: state,
  ad_user_data: state,
  ad_personalization: state,
  analytics_storage: state,
  functionality_storage: state,
  personalization_storage: state,
  security_storage: 'granted',
});

test('before a choice nobody is asked for anything, and the panel says what waits', async () => {
  const visitor = await visit();
  const { page, asked } = visitor;
  await untilPanelSays(page, 'Everything waits');
  await untilPanelSays(page, '2 tags waiting for Analytics');
  await page.click('[data-add="Tide mug"]');
  await meanwhile(500);
  assert.deepEqual(asked, []);
  assert.deepEqual(await cookies(page), []);
  assert.deepEqual(new Set(Object.values(await states(page))), new Set(['pending']));
  assert.deepEqual(await signals(page), all('denied'));
  await leave(visitor);
});

for (const host of ['127.0.0.1', 'localhost']) {
  test(`after Accept each third party is asked exactly once, and the panel says so: ${host}`, async () => {
    const visitor = await visit(host);
    const { page, asked } = visitor;
    await page.click(ACCEPT);
    await untilPanelSays(page, '5 requests');
    await untilPanelSays(page, '2 tags running');
    await meanwhile(500);
    assert.deepEqual([...asked].sort(), everything);
    assert.equal(await page.locator('#requests li').count(), 5);
    assert.match(await page.innerText('#requests'), /hit “page_view”, consent G111/);
    assert.deepEqual(new Set(Object.values(await states(page))), new Set(['granted']));
    assert.deepEqual(await signals(page), all('granted'));
    assert.deepEqual(await page.locator('#calls li').allInnerTexts(), [
      'consent default: 1 of 7 granted',
      'consent update: 7 of 7 granted',
      'js',
      'config G-HARBOURKILN',
    ]);
    assert.deepEqual(await cookies(page), ['_fbp', '_ga', '_ga_HARBOURKILN', 'assent']);
    assert.match(await page.frameLocator('iframe').locator('h1').innerText(), /The first firing/);
    await page.click('[data-add="Tide mug"]');
    await untilPanelSays(page, 'hit “add_to_cart”');
    await untilPanelSays(page, 'pixel “AddToCart”');
    await leave(visitor);
  });
}

test('after Reject nobody is ever asked, on later pages neither', async () => {
  const visitor = await visit();
  const { page, asked } = visitor;
  await page.click(REJECT);
  await untilPanelSays(page, 'All refused');
  await page.click('[data-add="Ember teapot"]');
  await page.reload();
  await untilPanelSays(page, 'All refused');
  await meanwhile(500);
  assert.deepEqual(asked, []);
  assert.deepEqual(await cookies(page), ['assent']);
  assert.deepEqual(new Set(Object.values(await states(page))), new Set(['denied']));
  assert.deepEqual(await signals(page), all('denied'));
  await leave(visitor);
});

test('one service can be allowed alone', async () => {
  const visitor = await visit();
  const { page, asked } = visitor;
  await page.click(MANAGE);
  await page.click(`${PREFERENCES} [data-assent-service=youtube]`);
  await page.click(SAVE);
  await untilPanelSays(page, 'Partly accepted');
  await untilPanelSays(page, '1 request');
  assert.deepEqual(asked, ['embed/first-firing']);
  const { youtube, marketing, 'meta-pixel': pixel } = await states(page);
  assert.deepEqual({ youtube, marketing, pixel }, { youtube: 'granted', marketing: 'denied', pixel: 'denied' });
  await leave(visitor);
});

test('the panel shows the recorded decision, and its receipt opens', async () => {
  const visitor = await visit();
  const { page } = visitor;
  await page.click(REJECT);
  const link = page.locator('#record a');
  await link.waitFor();
  assert.match(await page.innerText('#record'), /reject-all/);
  const receipt = await page.request.get(new URL((await link.getAttribute('href')) || '', page.url()).href);
  assert.equal(receipt.status(), 200);
  await leave(visitor);
});

test('Withdraw stops the tags and takes their cookies away', async () => {
  const visitor = await visit();
  const { page, asked } = visitor;
  await page.click(ACCEPT);
  await untilPanelSays(page, '5 requests');
  await page.click('#withdraw');
  await untilPanelSays(page, 'All refused');
  assert.deepEqual(await cookies(page), ['assent']);
  assert.deepEqual(await signals(page), all('denied'));
  await page.click('[data-add="Dune bowl"]');
  await page.evaluate(() => (window as unknown as { gtag: (...call: unknown[]) => void }).gtag('event', 'search'));
  await meanwhile(500);
  assert.deepEqual([...asked].sort(), everything);
  await leave(visitor);
});

test('starting over forgets everything and asks again', async () => {
  const visitor = await visit();
  const { page, asked } = visitor;
  await page.click(ACCEPT);
  await untilPanelSays(page, '5 requests');
  await page.waitForSelector('#record a');
  await Promise.all([page.waitForEvent('load'), page.click('#start-over')]);
  await page.waitForSelector(BANNER);
  await untilPanelSays(page, 'Everything waits');
  assert.deepEqual(await cookies(page), []);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  assert.equal(asked.length, 5);
  await leave(visitor);
});

test('the notice follows the language of the page', async () => {
  const visitor = await visit('127.0.0.1', {}, '?lang=de');
  await visitor.page.locator(BANNER, { hasText: 'Alle ablehnen' }).waitFor();
  assert.equal(await visitor.page.getAttribute('.shop', 'lang'), 'en');
  await leave(visitor);
});
