import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Processing, Review } from '../../schemas/types.gen.ts';
import { complaints, until } from '../../snippet/test/harness/browser.ts';
import { clipped, dashboardOf, type Office, openOffice, overflow, violations } from './lab.ts';

let office: Office;
let page: Page;

before(async () => {
  office = await openOffice({
    privacyPolicy: '/privacy',
    controller: { name: 'Shop GmbH', contact: 'privacy@shop.example' },
    services: [
      { id: 'google-analytics' },
      { id: 'matomo', country: 'DE' },
      {
        id: 'far',
        name: 'Far chat',
        purpose: 'marketing',
        kind: 'chat',
        provider: 'Far Ltd',
        country: 'IN',
        safeguard: 'adequacy',
      },
    ],
  });
  page = office.page;
  await page.goto(`${dashboardOf(office.assent)}?site=${office.site}`);
});

after(() => office?.close());

test('the page tells the transfers, what is wrong with them, and the record', async () => {
  await page.getByRole('link', { name: 'Site', exact: true }).click();
  await page.getByRole('link', { name: 'Processing' }).click();
  await page.getByText('there is no decision for India').waitFor();
  const transfers = page.getByRole('region', { name: 'Transfers to third countries' });
  assert.match(
    (await transfers.textContent()) ?? '',
    /Google Analytics.*United States.*\(EU\) 2023\/1795.*Data Privacy/,
  );
  assert.doesNotMatch((await transfers.textContent()) ?? '', /Matomo/);
  const record = page.getByRole('region', { name: 'Record of processing' });
  assert.match((await record.textContent()) ?? '', /Record of choices.*Matomo.*Germany.*Far chat/);
  await page.getByText('Shop GmbH', { exact: true }).first().waitFor();
  assert.deepEqual(await violations(page), []);
});

test('it fits a phone', async () => {
  await page.setViewportSize({ width: 360, height: 640 });
  assert.equal(await overflow(page), 0);
  assert.deepEqual(await clipped(page), []);
  assert.deepEqual(await violations(page), []);
  await page.setViewportSize({ width: 1280, height: 900 });
});

test('the record is saved as a page, as a table and for programs', async () => {
  const saved = async (kind: string) => {
    await page.getByLabel('Format').selectOption(kind);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as a file' }).click(),
    ]);
    assert.match(file.suggestedFilename(), new RegExp(`-processing-.*\\.${kind}$`));
    return readFile(await file.path(), 'utf8');
  };
  assert.match(await saved('csv'), /\nShop GmbH,privacy@shop\.example,.*adequacy-missing/);
  assert.equal((JSON.parse(await saved('json')) as Processing).activities.length, 4);
  const printed = await office.context.newPage();
  await printed.setContent(await saved('html'));
  await printed.getByRole('heading', { name: 'Record of processing' }).waitFor();
  assert.deepEqual(await violations(printed), []);
  await printed.close();
});

test('a finding leads to the service, and is gone once it is mended and published', async () => {
  await page.getByRole('link', { name: 'Mend Far chat in the notice' }).click();
  const safeguard = page.locator('details[open]', { hasText: 'Far chat' }).getByLabel('Safeguard');
  await page.getByText('there is no decision of adequacy for IN').waitFor();
  assert.match((await page.evaluate(() => document.activeElement?.textContent)) ?? '', /Far chat/);
  await safeguard.selectOption('scc');
  await until(async () => {
    const address = `http://127.0.0.1:${office.assent.port}/v1/admin/sites/${office.site}/draft`;
    const { draft } = (await (await office.context.request.get(address)).json()) as Review;
    return draft.notice.services?.[2]?.safeguard === 'scc';
  }, 'the safeguard is in the draft');
  assert.deepEqual(await violations(page), []);
  await page.getByRole('navigation', { name: 'Parts' }).getByRole('button', { name: 'Publish' }).click();
  await page.locator('fieldset').getByRole('button', { name: 'Publish' }).click();
  await until(async () => {
    const address = `http://127.0.0.1:${office.assent.port}/v1/admin/sites/${office.site}/publications`;
    return ((await (await office.context.request.get(address)).json()) as unknown[]).length === 2;
  }, 'it is published');
  await page.getByRole('link', { name: 'Site', exact: true }).click();
  await page.getByRole('link', { name: 'Processing' }).click();
  await page.getByText('Nothing is wrong with the transfers').waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByLabel('Version of the notice').selectOption({ index: 1 });
  await page.getByText('there is no decision for India').waitFor();
  assert.deepEqual(office.said, []);
});

test('in German and in the dark it is the same page', async () => {
  const state = await office.context.storageState();
  const context = await office.browser.newContext({ locale: 'de-DE', colorScheme: 'dark', storageState: state });
  const german = await context.newPage();
  const said = complaints(german);
  await german.goto(`${dashboardOf(office.assent)}processing?site=${office.site}`);
  await german.getByRole('heading', { name: 'Übermittlungen in Drittländer' }).waitFor();
  await german.getByText('Schutzmaßnahmen').waitFor();
  assert.deepEqual(await violations(german), []);
  assert.deepEqual(said, []);
  await context.close();
});
