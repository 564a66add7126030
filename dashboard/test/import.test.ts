import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Review } from '../../schemas/types.gen.ts';
import { until } from '../../snippet/test/harness/browser.ts';
import { joined } from '../src/set-up.ts';
import { dashboardOf, type Office, openOffice, overflow, violations } from './lab.ts';

let office: Office;
let page: Page;

before(async () => {
  office = await openOffice({ privacyPolicy: '/privacy', look: { accent: '#123456' } });
  page = office.page;
  await page.goto(`${dashboardOf(office.assent)}notice?site=${office.site}`);
  await tab('Import');
});

after(() => office?.close());

const fixture = (name: string) => ({
  name,
  mimeType: 'text/plain',
  buffer: readFileSync(new URL(`../../server/internal/importing/testdata/${name}`, import.meta.url)),
});
const tab = (name: string) => page.getByRole('navigation', { name: 'Parts' }).getByRole('button', { name }).click();
const draft = async () => {
  const path = `http://127.0.0.1:${office.assent.port}/v1/admin/sites/${office.site}/draft`;
  return ((await (await office.context.request.get(path)).json()) as Review).draft.notice;
};
const services = async () => (await draft()).services?.map(({ id }) => id) ?? [];

test('a file that holds no set-up is told, and changes nothing', async () => {
  await page.getByLabel('Configuration file').setInputFiles({ ...fixture('cookies.csv'), name: 'list.csv' });
  await page.getByRole('button', { name: 'Read the file' }).click();
  await page.getByRole('alert').getByText('is a list of known cookies').waitFor();
  await page.getByLabel('Configuration file').setInputFiles({
    name: 'large.js',
    mimeType: 'text/javascript',
    buffer: Buffer.alloc((5 << 20) + 1, ' '),
  });
  await page.getByRole('alert').getByText('5 MB').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Read the file' }).getAttribute('aria-disabled'), 'true');
  assert.deepEqual(await services(), []);
});

test('a set-up becomes the draft, with a word on each part, and can be taken back', async () => {
  await page.getByLabel('Configuration file').setInputFiles(fixture('klaro.js'));
  await page.getByLabel('Open Cookie Database').setInputFiles(fixture('cookies.csv'));
  await page.getByRole('button', { name: 'Read the file' }).click();
  await page.getByRole('heading', { name: 'Read: Klaro' }).waitFor();
  await page.getByText('Facebook Pixel').first().waitFor();
  await page.getByText('Left out').click();
  await page.getByText('line 40').waitFor();
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(await services(), [], 'nothing is stored by reading');
  await page.getByRole('button', { name: 'Put it into the draft' }).click();
  await page.getByText('It is in the draft.').waitFor();
  const all = ['google-analytics', 'session', 'table-finder', 'youtube', 'meta-pixel'];
  await until(async () => (await services()).join() === all.join(), 'the services are in the draft');
  const stored = await draft();
  assert.equal(stored.look?.accent, '#123456', 'colours stay');
  assert.deepEqual(stored.languages, ['de', 'en']);
  await page.getByRole('button', { name: 'Take it back' }).click();
  await until(async () => (await services()).length === 0, 'the draft is as it was');
  assert.equal((await draft()).privacyPolicy, '/privacy');
});

test('what nobody has published is replaced only after a second word', async () => {
  await tab('Rules');
  await page.getByLabel('Days until visitors are asked again').fill('90');
  await until(async () => (await draft()).lifetimeDays === 90, 'a change is in the draft');
  await tab('Import');
  await page.getByText('The draft has changes that are not published: 1.').waitFor();
  await page.getByRole('button', { name: 'Put it into the draft' }).click();
  assert.equal((await draft()).lifetimeDays, 90);
  await page.getByRole('button', { name: 'Replace what is not published' }).click();
  await until(async () => (await draft()).lifetimeDays === 365, 'the import is in the draft');
  await tab('Publish');
  await page.getByText('There is no text in this language').first().waitFor();
});

test('a phone has room for it', async () => {
  await page.setViewportSize({ width: 360, height: 640 });
  await tab('Import');
  assert.equal(await overflow(page), 0);
  assert.deepEqual(await violations(page), []);
});

test('texts of what is gone do not stay', () => {
  const before = {
    texts: { en: { 'banner.title': 'Hello', 'purpose.own.text': 'Ours', 'purpose.marketing.text': 'Ads' } },
  };
  assert.deepEqual(joined(before, { purposes: [{ id: 'marketing' }] }).texts, {
    en: { 'banner.title': 'Hello', 'purpose.marketing.text': 'Ads' },
  });
  assert.deepEqual(joined(before, { languages: ['en'] }).texts, {});
});
