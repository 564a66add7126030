import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Breakdown, Publication } from '../../schemas/types.gen.ts';
import { type Assent, startAssent } from '../../snippet/test/harness/assent.ts';
import { complaints, startBrowser, until } from '../../snippet/test/harness/browser.ts';
import { html } from '../../snippet/test/harness/lab.ts';
import { dashboardOf, enter, figures, owner, setupLink } from './lab.ts';

// From an empty data folder to a second user, in the order in which somebody would come by.

const userAgent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/145.0.0.0 Safari/537.36';

let assent: Assent;
let browser: Browser;
let shop: Server;
let tag = ''; // As it is pasted into the page.
let page: Page; // The owner's.
let said: string[];

const contextOf = async (): Promise<BrowserContext> => {
  const context = await browser.newContext({ locale: 'en-GB', userAgent, viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(60_000);
  return context;
};

before(async () => {
  [assent, browser] = await Promise.all([startAssent(), startBrowser()]);
  shop = createServer((_, answer) => {
    answer.setHeader('Content-Type', 'text/html');
    answer.end(html(`${tag}<script type="text/plain" data-assent="analytics">document.title = 'counted'</script>`));
  }).listen(0, '127.0.0.1');
  await once(shop, 'listening');
  page = await (await contextOf()).newPage();
  said = complaints(page);
});

after(async () => {
  await browser?.close();
  await assent?.stop();
  shop?.close();
});

const siteId = () => new URL(page.url()).searchParams.get('site') ?? '';
const goTo = (name: string) => page.getByRole('link', { name, exact: true }).click();
const ask = async <T>(path: string): Promise<T> =>
  (await (await page.request.get(`http://127.0.0.1:${assent.port}/v1/admin/sites/${siteId()}/${path}`)).json()) as T;

/** Somebody new opens the shop, is asked, and answers. */
const visit = async (title: string, answer: string): Promise<string> => {
  const context = await contextOf();
  const visitor = await context.newPage();
  await visitor.goto(`http://localhost:${(shop.address() as AddressInfo).port}/`);
  await visitor.getByRole('heading', { name: title }).waitFor();
  assert.equal(await visitor.title(), 'Shop', 'a tag ran before it was granted');
  const recorded = visitor.waitForResponse((response) => response.url().endsWith('/decisions'));
  await visitor.getByRole('button', { name: answer }).click();
  assert.equal((await recorded).status(), 201);
  const after = await visitor.title();
  await context.close();
  return after;
};

test('the printed link makes the owner', async () => {
  await page.goto(setupLink(assent));
  await enter(page, owner.password);
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
});

test('a site is added, and its tag goes into a page', async () => {
  await goTo('Site');
  await goTo('Add a site');
  await page.getByLabel('Name').fill('Shop');
  await page.getByLabel('Origins').fill('http://localhost:*');
  await page.getByRole('button', { name: 'Add site' }).click();
  await page.getByRole('heading', { name: 'Shop' }).waitFor();
  await page.getByText('<script async').first().waitFor();
  const found = /<script async src="[^"]+\.js"><\/script>/.exec((await page.textContent('main')) ?? '');
  assert.ok(found);
  tag = found[0];
});

test('a visitor chooses, and the number moves by itself', async () => {
  await goTo('Rates');
  await page.getByText('Waiting for the first decision').waitFor();
  assert.equal(await visit('We use cookies', 'Accept all'), 'counted');
  await until(async () => (await figures(page)).Decisions === '1', 'the decision is on show');
  await goTo('Site');
  await page.getByText('showed the notice').waitFor();
});

test('the notice is edited and published, and the next visitor gets it', async () => {
  await goTo('Notice');
  await page.getByRole('navigation', { name: 'Parts' }).getByRole('button', { name: 'Texts' }).click();
  await page.getByRole('group', { name: 'Texts' }).getByLabel('Title').first().fill('Before you look around');
  await page.getByRole('navigation', { name: 'Parts' }).getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Texts › en › Title: Before you look around').waitFor();
  await page.locator('fieldset').getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Published. Visitors get it').waitFor();
  await until(async () => (await ask<Publication[]>('publications')).length === 2, 'both versions are kept');
  assert.equal(await visit('Before you look around', 'Reject all'), 'Shop');
});

test('the versions are told apart, and each is shown as it was', async () => {
  await goTo('Rates');
  await until(async () => (await figures(page)).Decisions === '2', 'both visitors are counted');
  await page.getByRole('link', { name: 'Notice version' }).click();
  await page.getByRole('columnheader', { name: 'Notice version' }).waitFor();
  const { groups } = await ask<Breakdown>('breakdown?by=notice');
  assert.deepEqual(groups.map(({ answered }) => [answered.accepted, answered.refused]).sort(), [
    [0, 1],
    [1, 0],
  ]);
  await goTo('Notice');
  await page.getByRole('navigation', { name: 'Parts' }).getByRole('button', { name: 'Versions' }).click();
  await page.getByRole('button', { name: 'Show', exact: true }).last().click();
  await page.frameLocator('iframe').getByRole('heading', { name: 'We use cookies' }).waitFor();
});

test('all that was decided is found, and saved as a file', async () => {
  await goTo('Decisions');
  await until(async () => (await page.locator('table.recent tbody tr').count()) === 2, 'both decisions are found');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as a file' }).first().click(),
  ]);
  const lines = (await readFile(await file.path())).toString().trim().split('\n');
  assert.equal(lines.length, 3);
  for (const answer of ['accept-all', 'reject-all'])
    assert.ok(
      lines.some((line) => line.includes(answer)),
      answer,
    );
});

test('a second user is invited, joins, and sees the numbers and no more', async () => {
  await goTo('People');
  await page.getByLabel('E-mail address').fill('bob@shop.example');
  await page.getByLabel('Over all sites').selectOption('analyst');
  await page.getByRole('button', { name: 'Make the link' }).click();
  await page.locator('.code pre').waitFor();
  const second = await (await contextOf()).newPage();
  await second.goto((await page.locator('.code pre').textContent()) ?? '');
  await enter(second, 'a bicycle in winter', 'bob@shop.example');
  await second.getByRole('navigation', { name: 'Pages' }).waitFor();
  await second.goto(`${dashboardOf(assent)}?site=${siteId()}`);
  await until(async () => (await figures(second)).Decisions === '2', 'the second user sees both decisions');
  assert.equal(await second.getByRole('link', { name: 'Decisions', exact: true }).count(), 0);
  await second.context().close();
  await goTo('Activity');
  await page.getByRole('cell', { name: 'Joined with a link' }).waitFor();
  await page.getByRole('cell', { name: 'Saved decisions as a file' }).waitFor();
});

test('who signs out is out', async () => {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await page.goto(`${dashboardOf(assent)}notice`);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  assert.deepEqual(said, []);
});
