import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { type Assent, runApart } from '../../snippet/test/harness/assent.ts';
import { until } from '../../snippet/test/harness/browser.ts';
import { dashboardOf, decide, inEveryDress, type Office, openOffice, violations } from './lab.ts';

let office: Office;
let assent: Assent;
let context: BrowserContext;
let page: Page;
let site: string;
let said: string[];

before(async () => {
  office = await openOffice({ languages: ['en', 'de'] });
  ({ assent, context, page, site, said } = office);
  const purposes = { analytics: true, marketing: false };
  await decide(context, assent, site, { action: 'save', source: 'preferences', locale: 'de-AT', purposes });
  await decide(context, assent, site, { action: 'reject-all' });
});

after(() => office?.close());

const rows = () => page.locator('table.recent tbody tr');

test('decisions are listed, and narrowed down by what was answered', async () => {
  await page.goto(`${dashboardOf(assent)}?site=${site}`);
  await page.getByRole('link', { name: 'Decisions' }).click();
  await rows().nth(1).waitFor();
  assert.equal(await rows().count(), 2);
  await page.getByLabel('Granted', { exact: true }).fill('analytics');
  await page.getByRole('button', { name: 'Search' }).click();
  await until(async () => (await rows().count()) === 1, 'one granted analytics');
  assert.equal(new URL(page.url()).searchParams.get('granted'), 'analytics');
  await page.reload();
  await until(async () => (await rows().count()) === 1, 'the address holds the search');
  assert.deepEqual(await violations(page), []);
});

test('one of them is told in words, beside what the visitor was shown, in the visitor’s language', async () => {
  await page.getByRole('button', { name: 'Details of' }).click();
  await page.getByRole('heading', { name: 'One decision' }).waitFor();
  const facts = (await page.textContent('.facts')) ?? '';
  for (const fact of [
    'saved a selection',
    'GrantedAnalytics',
    'RefusedMarketing',
    'Austrian German',
    'https://shop.example/cart',
  ]) {
    assert.ok(facts.includes(fact), `${fact} in ${facts}`);
  }
  await page.frameLocator('.preview iframe').getByRole('button', { name: 'Alle ablehnen' }).waitFor();
  await inEveryDress(page);
});

test('a decision has an address of its own', async () => {
  await page.getByRole('link', { name: 'Its own address' }).click();
  await until(async () => !!new URL(page.url()).searchParams.get('receipt'), 'the receipt is in the address');
  await page.reload();
  await page.getByRole('heading', { name: 'One decision' }).waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Details of' }).click();
});

test('all of a subject are one click away, and Back returns', async () => {
  await page.getByRole('link', { name: 'All of this subject' }).click();
  await until(async () => !!new URL(page.url()).searchParams.get('subject'), 'the subject is in the address');
  await until(async () => (await rows().count()) === 1, 'its decision is there');
  await page.goBack();
  await until(async () => new URL(page.url()).searchParams.get('granted') === 'analytics', 'the search before');
});

test('all decisions of the days are saved as a file, in each format', async () => {
  const names: Record<string, string> = { CSV: 'csv', NDJSON: 'ndjson', Parquet: 'parquet' };
  for (const [name, ending] of Object.entries(names)) {
    await page.getByLabel('Format').selectOption(ending);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as a file' }).first().click(),
    ]);
    assert.match(file.suggestedFilename(), new RegExp(`^assent-${site}-decisions-.*\\.${ending}$`), name);
    const bytes = await readFile(await file.path());
    if (ending === 'parquet') assert.equal(bytes.subarray(0, 4).toString(), 'PAR1');
    else assert.equal(bytes.toString().trim().split('\n').length, ending === 'csv' ? 3 : 2, name);
    await page.getByText('Saved.').first().waitFor();
  }
  assert.deepEqual(await violations(page), []);
});

test('an archive with proofs is saved, which anybody can verify', async () => {
  const archive = page
    .locator('section.card')
    .filter({ has: page.getByRole('heading', { name: 'Archive for an authority' }) });
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    archive.getByRole('button', { name: 'Save as a file' }).click(),
  ]);
  assert.match(file.suggestedFilename(), new RegExp(`^assent-${site}-archive-.*\\.zip$`));
  await archive.getByText('Saved.').waitFor();
  assert.match(await runApart('verify', 'archive', await file.path()), /2 decisions and 0 tombstones/);
});

test('what does not match is said to be nothing, and a slip to be one', async () => {
  await page.getByRole('button', { name: 'Clear' }).click();
  await until(async () => (await rows().count()) === 2, 'everything is there again');
  await page.getByLabel('To').fill('2020-01-01');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('No decision matches').waitFor();
  assert.deepEqual(said, []);
  await page.getByRole('button', { name: 'Clear' }).click();
  await until(async () => (await rows().count()) === 2, 'everything is there once more');
  await page.getByLabel('Receipt').fill('4711');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('alert').getByText(/./).first().waitFor();
});

test('all of a visitor is erased for good, after asking back', async () => {
  await page.goto(`${dashboardOf(assent)}decisions?site=${site}`);
  await rows().nth(1).waitFor();
  await page.getByRole('button', { name: 'Details of' }).first().click();
  await page.getByRole('button', { name: 'Erase all of this visitor' }).click();
  const really = page.getByRole('button', { name: 'Erase for good?' });
  await really.waitFor();
  assert.deepEqual(await violations(page), []);
  await really.click();
  await page.getByText('Erased decisions: 1.').waitFor();
  await page.reload();
  await until(async () => (await rows().count()) === 1, 'one is left');
});
