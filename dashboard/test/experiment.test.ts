import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import type { Notice, Publication, Review, Site } from '../../schemas/types.gen.ts';
import type { Assent } from '../../snippet/test/harness/assent.ts';
import { until } from '../../snippet/test/harness/browser.ts';
import { dashboardOf, type Office, openOffice, overflow, violations } from './lab.ts';

let office: Office;
let assent: Assent;
let context: BrowserContext;
let page: Page;
let site: string;
let said: string[];

before(async () => {
  office = await openOffice({ privacyPolicy: '/privacy', languages: ['en'] });
  ({ assent, context, page, site, said } = office);
  await page.goto(`${dashboardOf(assent)}experiment?site=${site}`);
});

after(() => office?.close());

const ask = async <T>(path: string): Promise<T> =>
  (await (await context.request.get(`http://127.0.0.1:${assent.port}/v1/admin/${path}`)).json()) as T;
const current = async (): Promise<Site> => {
  const found = (await ask<Site[]>('sites')).find(({ id }) => id === site);
  assert.ok(found);
  return found;
};
const tab = (name: string) => page.getByRole('navigation', { name: 'Parts' }).getByRole('button', { name }).click();
const saved = async (what: string, holds: (notice: Notice) => boolean) => {
  await until(async () => holds((await ask<Review>(`sites/${site}/draft`)).draft.notice), what);
  await page.getByText('The draft is saved.').waitFor();
};
const start = () => page.getByRole('button', { name: 'Start the experiment' });
const canStart = () =>
  until(async () => (await start().getAttribute('aria-disabled')) === 'false', 'it can be started');

test('while nothing was tried the page says how', async () => {
  await page.getByRole('heading', { name: 'Try a notice before you publish it' }).waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole('link', { name: 'Write a draft' }).click();
  await page.getByRole('heading', { name: 'Test' }).waitFor();
});

test('a draft that asks for something else, or that steers, is not tried', async () => {
  await tab('Rules');
  await page.getByLabel('Days until visitors are asked again').fill('90');
  await tab('Publish');
  await page.getByText('Only texts and look can be tried.').waitFor();
  await tab('Rules');
  await page.getByLabel('Days until visitors are asked again').fill('180');
  await tab('Texts');
  await page.getByLabel('Button: reject').fill('Reject all and miss what makes this shop a pleasure');
  await saved('the long refusal', ({ texts }) => !!texts?.en?.['action.reject-all']);
  await tab('Publish');
  await page.getByText('more than twice as long').waitFor();
  await start().focus();
  await page.keyboard.press('Enter');
  assert.equal((await current()).experiments, undefined);
  await tab('Texts');
  await page.getByLabel('Button: reject').fill('');
  await saved('the usual refusal', ({ texts }) => !texts?.en?.['action.reject-all']);
});

test('another wording is tried on a share of the visitors', async () => {
  await tab('Texts');
  await page.getByLabel('Title', { exact: true }).fill('A short question');
  await saved('another title', ({ texts }) => texts?.en?.['banner.title'] === 'A short question');
  await tab('Publish');
  await page.getByLabel('Share of the visitors').selectOption('20');
  assert.deepEqual(await violations(page), []);
  await canStart();
  await start().click();
  await page.getByRole('heading', { name: 'Too early to tell' }).waitFor();
  await page.getByText('started by ada@shop.example').waitFor();
  const { experiments, notice } = await current();
  assert.deepEqual([experiments?.[0]?.control, experiments?.[0]?.variants.map(({ share }) => share)], [notice, [20]]);
});

test('both notices are on show, with all that visitors did', async () => {
  const variant = page.frameLocator('iframe[title="B, 20% of the visitors"]');
  await variant.getByText('A short question').waitFor();
  await page
    .frameLocator('iframe[title="A, 80% of the visitors"]')
    .getByRole('button', { name: 'Reject all' })
    .waitFor();
  for (const outcome of ['Accepted everything', 'Refused everything', 'Chose for themselves', 'No answer']) {
    const row = page.getByRole('row', { name: outcome });
    assert.match((await row.textContent()) ?? '', /too few visitors/);
  }
  assert.deepEqual(await violations(page), []);
  await page.setViewportSize({ width: 360, height: 640 });
  assert.equal(await overflow(page), 0);
  assert.deepEqual(await violations(page), []);
  await page.setViewportSize({ width: 1280, height: 900 });
});

test('publishing elsewhere is warned of, and a variant that is published ends the experiment', async () => {
  await page.getByRole('link', { name: 'Notice', exact: true }).click();
  await tab('Publish');
  await page.getByText('An experiment runs. Publishing ends it.').waitFor();
  await page.getByRole('link', { name: 'See the experiment' }).click();
  await page.getByRole('button', { name: 'Publish B' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('B was published.').waitFor();
  const { notice, experiments } = await current();
  assert.equal(notice, experiments?.[0]?.variants[0]?.notice);
  assert.equal((await ask<Publication[]>(`sites/${site}/publications`)).at(-1)?.notice, notice);
  assert.equal(await page.getByRole('button', { name: 'End the experiment' }).count(), 0);
});

test('it can be ended, and earlier ones looked at', async () => {
  await page.getByRole('link', { name: 'Notice', exact: true }).click();
  await tab('Look');
  await page.getByLabel('Layout').selectOption('box');
  await saved('another layout', ({ look }) => look?.layout === 'box');
  await tab('Publish');
  await canStart();
  await start().click();
  await page.getByRole('button', { name: 'End the experiment' }).click();
  await page.getByText(/^Ran from/).waitFor();
  await page.getByLabel('Experiments').selectOption({ index: 1 });
  await page.getByText('B was published.').waitFor();
  assert.deepEqual(said, []);
});
