import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { until, untilRecorded } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { usual } from './harness/notice.ts';
import { ACCEPT, BANNER, OPEN, REJECT } from './harness/selectors.ts';

const lab = openLab();
const DAY = 86400;

// Names under localhost are secure to browsers, which then tell the server from where they ask.
const settle = async (notice: typeof usual, origins = 'www.shop', server = 'assent.shop'): Promise<string> => {
  const { world } = lab;
  world.shop = `http://${origins}.localhost:${world.port}`;
  world.assent = `http://${server}.localhost:${world.port}`;
  const site = await world.addSite(notice);
  world.shop = `http://www.shop.localhost:${world.port}`;
  return site;
};

const shared = { ...usual, cookieDomain: 'shop.localhost' };

const cookies = async (page: Page) =>
  (await page.context().cookies())
    .filter(({ name }) => name === 'assent')
    .map(({ value, domain, expires }) => ({ value, domain, days: Math.round((expires - Date.now() / 1000) / DAY) }));

const receipt = (page: Page) => until(() => page.evaluate(() => !!(self as any).assent?.receipt()), 'the receipt');

/** Hosts that share a choice tell which is the newest by its second. */
const nextSecond = () => {
  const now = () => Math.floor(Date.now() / 1000);
  const before = now();
  return until(() => now() > before, 'the clock goes on');
};

/** What the answers to decisions set, by the server's own words. */
const listen = (page: Page): string[] => {
  const set: string[] = [];
  page.on('response', async (answer) => {
    if (answer.url().endsWith('/decisions')) set.push((await answer.headerValue('set-cookie')) || '-');
  });
  return set;
};

test('a choice is shared among subdomains, set by the server too, and withdrawn for all', async () => {
  const site = await settle(shared, '*.shop');
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  const set = listen(page);
  const url = lab.world.page('/', html(lab.world.tag('async', site)));
  await page.goto(url);
  await page.click(ACCEPT);
  await receipt(page);
  const [cookie, ...others] = await cookies(page);
  assert.deepEqual([cookie?.domain, cookie?.days, others], ['.shop.localhost', 180, []]);
  await until(() => set.length === 1, 'the answer');
  assert.match(
    set[0]!,
    /^assent=1\.[\w-]+\.\w+\.[\w-]{22}\.analytics:1\.marketing:1; Path=\/; Domain=shop\.localhost; Max-Age=\d+; SameSite=Lax$/,
  );
  assert.equal(set[0]!.split(/[=;]/)[1], cookie?.value, 'script and server write the same');
  const other = await context.newPage();
  await other.goto(url.replace('www.', 'other.'));
  await other.waitForSelector(OPEN);
  assert.equal(await other.evaluate(() => (self as any).assent.has('marketing')), true);
  await nextSecond();
  await other.evaluate(() => (self as any).assent.withdraw());
  await receipt(other);
  await page.reload();
  await page.waitForSelector(OPEN);
  assert.equal(await page.evaluate(() => (self as any).assent.has('marketing')), false);
  await nextSecond();
  await page.evaluate(() => (self as any).assent.accept());
  await other.reload();
  await other.waitForSelector(OPEN);
  assert.equal(await other.evaluate(() => (self as any).assent.has('marketing')), true, 'the newest counts');
  assert.equal((await cookies(page)).length, 1);
  await context.close();
});

test('a cookie of the host alone, from before the choice was shared, is replaced by the next choice', async () => {
  const alone = await settle(usual);
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag('async', alone))));
  await page.click(ACCEPT);
  await untilRecorded(page);
  assert.deepEqual(
    (await cookies(page)).map(({ domain }) => domain),
    ['www.shop.localhost'],
  );
  const site = await settle(shared);
  await nextSecond();
  await page.goto(lab.world.page('/', html(lab.world.tag('async', site))));
  await page.waitForSelector(OPEN);
  await page.evaluate(() => (self as any).assent.withdraw());
  assert.deepEqual(
    (await cookies(page)).map(({ domain, value }) => [domain, /:1/.test(value)]),
    [['.shop.localhost', false]],
  );
  await page.reload();
  await page.waitForSelector(OPEN);
  assert.equal(await page.evaluate(() => (self as any).assent.has('analytics')), false);
  await context.close();
});

test('where the choice is not shared a server under another name is sent no credentials and sets nothing', async () => {
  const site = await settle(usual);
  const page = await lab.browser.newPage();
  const set = listen(page);
  await page.goto(lab.world.page('/', html(lab.world.tag('async', site))));
  await page.click(REJECT);
  await receipt(page);
  await until(() => set.length === 1, 'the answer');
  assert.deepEqual(set, ['-']);
  assert.deepEqual(
    (await cookies(page)).map(({ domain, days }) => [domain, days]),
    [['www.shop.localhost', 180]],
  );
  await page.close();
});

test('a visit renews nothing', async () => {
  const site = await settle(usual);
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag('async', site))));
  await page.click(ACCEPT);
  await receipt(page);
  const [{ value } = { value: '' }] = await cookies(page);
  const [, , at] = value.split('.');
  const aged = value.replace(`.${at}.`, `.${(Number.parseInt(at!, 36) - 100 * DAY).toString(36)}.`);
  await page.evaluate((text) => {
    localStorage.clear();
    document.cookie = `assent=${text};path=/;max-age=${80 * 86400}`;
  }, aged);
  await page.reload();
  await page.waitForSelector(OPEN);
  assert.deepEqual(await cookies(page), [{ value: aged, domain: 'www.shop.localhost', days: 80 }]);
  await context.clearCookies();
  await page.reload();
  await page.waitForSelector(OPEN);
  assert.deepEqual(
    await cookies(page),
    [{ value: aged, domain: 'www.shop.localhost', days: 80 }],
    'put back as it was',
  );
  assert.equal(await page.locator(BANNER).count(), 0);
  await context.close();
});
