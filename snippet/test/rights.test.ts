import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { clipped, overflow, violations } from '../../dashboard/test/lab.ts';
import { complaints, until, untilRecorded } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { usual } from './harness/notice.ts';
import { ACCEPT, OPEN, PREFERENCES } from './harness/selectors.ts';

const lab = openLab();

const PANEL = `${PREFERENCES} div > details`;

/** A page of a site whose notice leads to rights, with a choice that is on record. */
const decided = async (context: BrowserContext): Promise<Page> => {
  const site = await lab.world.addSite({ ...usual, rights: true });
  const page = await context.newPage();
  await page.goto(lab.world.page('/rights', html(lab.world.tag('async', site))));
  await page.click(ACCEPT);
  await untilRecorded(page);
  return page;
};

const way = async (page: Page) => {
  await page.click(OPEN);
  await page.locator(`${PANEL} summary`).last().click();
  return page.locator(PANEL).getByRole('button', { name: 'Your receipts and rights' });
};

const follow = async (page: Page): Promise<Page> => {
  const button = await way(page);
  const [tab] = await Promise.all([page.waitForEvent('popup'), button.click()]);
  await tab.waitForURL(/\/rights\//);
  return tab;
};

const closed = (tab: Page) => tab.getByRole('heading', { name: 'Open this page from the site' }).waitFor();

test('visitors come to their receipts and rights, and the secret stays where it is', async () => {
  const context = await lab.browser.newContext({ locale: 'en-GB' });
  const page = await decided(context);
  const { id } = await page.evaluate(() => assent.receipt()!);
  const secret = await page.evaluate(() => JSON.parse(localStorage.getItem('assent')!).secret);
  const tab = await follow(page);
  const said = complaints(tab);
  await tab.getByRole('button', { name: 'Show what is recorded' }).click();
  const receipt = tab.locator('ul a');
  await receipt.waitFor();
  assert.match((await receipt.getAttribute('href'))!, new RegExp(`/receipts/${id}$`));
  assert.match((await tab.locator('ul').textContent())!, /All accepted/);
  assert.ok(!(await tab.evaluate(() => `${document.documentElement.outerHTML}${location.href}`)).includes(secret));
  assert.equal(await tab.evaluate(() => location.hash + (opener ?? '')), '', 'the address is no key any more');
  assert.ok(!lab.world.log.join().includes('rights/#'));

  await tab.getByRole('button', { name: 'Restrict' }).click();
  await tab.getByText(/^It holds from now on\. Registered under the reference/).waitFor();
  await tab.getByLabel('What is right').fill('Austria');
  await tab.getByRole('button', { name: 'Ask for the correction' }).click();
  await tab.getByText(/^Registered under the reference/).waitFor();
  await tab.getByRole('button', { name: 'Get the information' }).click();
  await until(async () => (await tab.getByRole('link', { name: /JSON/ }).count()) === 2, 'two files are offered');
  assert.deepEqual(await violations(tab), []);
  await tab.setViewportSize({ width: 360, height: 640 });
  assert.equal(await overflow(tab), 0);
  assert.deepEqual(await clipped(tab), []);

  await tab.getByRole('button', { name: 'Erase everything' }).click();
  assert.equal((await fetch(`${lab.world.door}/v1/receipts/${id}`)).status, 200, 'asked twice');
  await tab.getByRole('button', { name: 'Really erase everything?' }).click();
  await tab
    .getByText(/^Done\. Reference/)
    .last()
    .waitFor();
  await until(async () => (await fetch(`${lab.world.door}/v1/receipts/${id}`)).status === 404, 'the receipt is gone');
  assert.deepEqual(said, []);
  await tab.reload();
  await closed(tab);
  await context.close();
});

test('an address of that page is of no use to whoever comes second', async () => {
  const context = await lab.browser.newContext({ locale: 'en-GB' });
  const page = await decided(context);
  const button = await way(page);
  let address = '';
  await context.route(/\/rights\//, (route) => route.abort());
  context.on('request', (request) => {
    if (request.url().includes('/rights/')) address = request.url();
  });
  const asked = page.waitForResponse(/\/handovers$/);
  await button.click();
  const { token } = await (await asked).json();
  await until(() => address !== '', 'the page is opened');
  await context.unroute(/\/rights\//);
  const stranger = await lab.browser.newContext({ locale: 'en-GB' });
  const first = await stranger.newPage();
  await first.goto(`${address.split('#')[0]}#${token}`);
  await first.getByRole('button', { name: 'Show what is recorded' }).waitFor();
  const second = await stranger.newPage();
  await second.goto(`${address.split('#')[0]}#${token}`);
  await closed(second);
  assert.deepEqual(await violations(second), []);
  await second.goto(address.split('#')[0]!);
  await closed(second);
  await stranger.close();
  await context.close();
});

test('where the server cannot be reached the visitor is told', async () => {
  const context = await lab.browser.newContext({ locale: 'en-GB' });
  const page = await decided(context);
  const button = await way(page);
  lab.world.weather = 'down';
  await button.click();
  await page.locator(PANEL).getByText('That did not work. Please try again later.').waitFor();
  assert.equal(context.pages().length, 1);
  await context.close();
});

test('a notice that asks for nothing of that leads nowhere', async () => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag())));
  await page.click(ACCEPT);
  await untilRecorded(page);
  await page.click(OPEN);
  await page.waitForSelector(`${PANEL} dl`, { state: 'attached' });
  assert.equal(await page.getByRole('button', { name: 'Your receipts and rights', includeHidden: true }).count(), 0);
  await page.close();
});
