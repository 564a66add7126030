import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { newSecret } from '../../snippet/src/ids.ts';
import type { Assent } from '../../snippet/test/harness/assent.ts';
import { until } from '../../snippet/test/harness/browser.ts';
import { dashboardOf, decide, type Office, openOffice, overflow, violations } from './lab.ts';

let office: Office;
let assent: Assent;
let context: BrowserContext;
let page: Page;
let site: string;
let said: string[];
let receipt: string;

const secret = newSecret();

before(async () => {
  office = await openOffice({ languages: ['en', 'de'] });
  ({ assent, context, page, site, said } = office);
  await decide(context, assent, site, { action: 'accept-all', secret });
  const found = await context.request.get(`http://127.0.0.1:${assent.port}/v1/admin/sites/${site}/decisions`);
  receipt = ((await found.json()) as { decisions: { id: string }[] }).decisions[0]?.id ?? '';
});

after(() => office?.close());

const register = async (kind: string) => {
  await page.getByLabel('Receipt').fill(receipt);
  await page.getByLabel('Asked for').selectOption(kind);
  await page.getByLabel('How you checked who asks').fill('known at the counter');
  await page.getByRole('button', { name: 'Register' }).click();
};

const details = () => page.locator('.requests details');

test('a request is registered by receipt, put off and done by hand with a remark', async () => {
  await page.goto(`${dashboardOf(assent)}requests?site=${site}`);
  await page.getByText('Nobody asked for anything yet.').waitFor();
  await register('restriction');
  await details().first().waitFor();
  await page.getByLabel('Reason, or what you did').fill('many at once');
  await page.getByRole('button', { name: 'Put off' }).click();
  await page.getByText('put off', { exact: true }).waitFor();
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), [], colorScheme);
  }
  await page.setViewportSize({ width: 360, height: 640 });
  assert.ok((await overflow(page)) <= 0);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByLabel('Reason, or what you did').fill('left out of our reports');
  await page.getByRole('button', { name: 'I told the visitor' }).click();
  await page.getByRole('button', { name: 'Sure?' }).click();
  await page.getByText('done', { exact: true }).waitFor();
});

test('a restriction that is done holds until it is lifted, with how the visitor was told', async () => {
  await details().first().locator('summary').click();
  await page.getByText('left out of rates and files').waitFor();
  await page.getByRole('button', { name: 'Lift…' }).click();
  await page.getByRole('button', { name: 'Sure?' }).click();
  await page.getByRole('alert').getByText('how the visitor was told').waitFor();
  await page.getByLabel('How you told the visitor').fill('by letter');
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: 'Lift…' }).click();
  await page.getByRole('button', { name: 'Sure?' }).click();
  await page.getByText('lifted', { exact: true }).waitFor();
  assert.equal(await page.getByText('left out of rates and files').count(), 0);
  for (const complaint of said.splice(0)) assert.match(complaint, /422/);
});

test('a page of the site asks with what the documentation gives', async () => {
  const guide = await readFile(new URL('../../deploy/RIGHTS.md', import.meta.url), 'utf8');
  const [, html = ''] = /```html\n([\s\S]*?)```/.exec(guide) ?? [];
  const body = html.replace('https://assent.example.com', `http://127.0.0.1:${assent.port}`).replace('SITE', site);
  const shop = await office.browser.newPage();
  try {
    await shop.route('https://shop.example/rights', (route) => route.fulfill({ contentType: 'text/html', body }));
    // Browsers keep pages of other hosts from this machine, so the test carries what the page asks.
    await shop.route('**/v1/sites/**', async (route) => {
      const headers = { ...route.request().headers(), origin: 'https://shop.example' };
      await route.fulfill({ response: await route.fetch({ headers }) });
    });
    await shop.goto('https://shop.example/rights');
    await shop.getByRole('button', { name: 'A copy' }).click();
    await shop.getByText('Nothing was recorded in this browser.').waitFor();
    await shop.evaluate((kept) => localStorage.setItem('assent', kept), JSON.stringify({ secret }));
    await shop.getByRole('button', { name: 'A copy' }).click();
    await shop.getByText(receipt).waitFor({ timeout: 5000 });
    await shop.getByRole('button', { name: 'Object' }).click();
    await shop.getByText('"kind": "objection"').waitFor({ timeout: 5000 });
  } finally {
    await shop.close();
  }
  await page.reload();
  await until(async () => (await details().count()) === 3, 'both are listed');
});

test('an erasure is done, named no more, and closed with a document', async () => {
  await register('erasure');
  await until(async () => (await details().count()) === 4, 'the erasure is listed');
  await page.getByRole('button', { name: 'Erase everything' }).click();
  await page.getByRole('button', { name: 'Sure?' }).click();
  await until(
    async () => (await page.locator('.requests .badge', { hasText: 'done' }).count()) === 3,
    'all but the lifted one are done',
  );
  await details().first().locator('summary').click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    details().first().getByRole('button', { name: 'Save' }).click(),
  ]);
  const text = (await readFile(await file.path())).toString();
  assert.match(text, /What was done where/);
  assert.match(text, /[0-9a-f]{64}/);
  assert.ok(!text.includes(receipt), 'the document names no receipt');
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(said, []);
});

test('the site says until when, and whether requests are put off', async () => {
  const form = page.locator('form', { has: page.getByLabel('Days until a request is due') });
  await form.getByLabel('Days until a request is due').fill('15');
  await form.getByLabel('Days it may be put off').fill('0');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText('Saved.').waitFor();
  await page.reload();
  await until(async () => (await form.getByLabel('Days until a request is due').inputValue()) === '15', 'it is kept');
  assert.equal(await page.getByRole('button', { name: 'Put off' }).count(), 0);
  assert.deepEqual(await violations(page), []);
});

test('a receipt that is none is said to be none', async () => {
  await register('access');
  await page.getByRole('alert').getByText('No decision has this receipt.').waitFor();
});
