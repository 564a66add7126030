import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { ServiceReviews } from '../../schemas/types.gen.ts';
import { until } from '../../snippet/test/harness/browser.ts';
import { clipped, dashboardOf, decide, type Office, openOffice, overflow, sight, violations } from './lab.ts';

let office: Office;
let page: Page;
let address: string;

before(async () => {
  office = await openOffice({
    languages: ['en', 'de'],
    autoBlock: 'report',
    services: [{ id: 'youtube' }, { id: 'google-analytics' }, { id: 'hotjar' }],
  });
  const { assent, context, site } = office;
  page = office.page;
  address = `${dashboardOf(assent)}reviews?site=${site}`;
  await decide(context, assent, site, { action: 'accept-all' });
  await sight(assent, site, 'https://shop.example', [
    { host: 'www.youtube.com', kind: 'frame', service: 'youtube' },
    { host: 'beacon.example', kind: 'image', service: 'youtube' },
  ]);
});

after(() => office?.close());

const rows = () => page.locator('.reviews > li');
const row = (name: string, when: string) => rows().filter({ hasText: name }).filter({ hasText: when });

/** The page as it is when all services but one are to be reviewed soon; what is due itself is the server's to test. */
const whenDue = async (on: Page, site: string) => {
  await on.route('**/v1/admin/due', (route) => route.fulfill({ json: [{ site, requests: 1, reviews: 2 }] }));
  await on.route('**/reviews', async (route) => {
    const response = await route.fetch();
    const list = (await response.json()) as ServiceReviews;
    list.reviews.forEach((one, i) => {
      if (i < 2) Object.assign(one, { soon: true, overdue: i === 0, due: `2026-11-${20 + i}T00:00:00Z` });
    });
    await route.fulfill({ response, json: list });
  });
};

test('a review shows what the server knows, and is closed with answers', async () => {
  await page.goto(address);
  await until(async () => (await rows().count()) === 3, 'each service has a review');
  await row('YouTube', 'due on').locator('summary').click();
  const open = row('YouTube', 'due on');
  // Sightings are written every few seconds.
  await until(async () => {
    await page.reload();
    await open.locator('summary').click();
    await open.getByText('Is it still used?').waitFor();
    return open.getByText('Page views that met it: at least 1.').isVisible();
  }, 'the sighting has arrived');
  await open.getByText('Met and not declared: beacon.example.').waitFor();
  await open.getByText('100% granted it: 1 of 1 decisions.').waitFor();
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), [], colorScheme);
  }
  await page.setViewportSize({ width: 360, height: 640 });
  assert.ok((await overflow(page)) <= 0);
  assert.deepEqual(await clipped(page), []);
  await page.setViewportSize({ width: 1280, height: 900 });
  for (const question of ['Is it still used?', 'Is its purpose still right?', 'Are provider, country and safeguard']) {
    await open.getByRole('group', { name: question }).getByLabel('Yes').check();
  }
  await open.getByRole('group', { name: 'cookies, storage and hosts' }).getByLabel('No').check();
  await open.getByRole('button', { name: 'Close the review' }).click();
  await page.getByRole('alert').getByText('what is not as declared').waitFor();
  await open.getByLabel('Remark').fill('A beacon more; declared this week.');
  await open.getByRole('button', { name: 'Close the review' }).click();
  const closed = row('YouTube', 'by ada@shop.example');
  await closed.locator('summary').click();
  await closed.getByText('A beacon more; declared this week.').waitFor();
  await closed.getByText('Met and not declared: beacon.example.').waitFor();
  assert.equal(await rows().count(), 4);
  await page.goto(address.replace('reviews?', 'processing?'));
  await page.getByRole('columnheader', { name: 'Last reviewed' }).waitFor();
});

test('what is due is counted beside its page’s name, and comes first', async () => {
  const other = await office.context.newPage();
  try {
    await whenDue(other, office.site);
    await other.goto(address);
    await other.getByRole('link', { name: 'Site 2 due soon or overdue' }).waitFor();
    await other.getByRole('link', { name: 'Requests 1 due soon or overdue' }).waitFor();
    await other.getByText('overdue since 20 November 2026').waitFor();
    await other.getByText('due soon, on 21 November 2026').waitFor();
    for (const colorScheme of ['dark', 'light'] as const) {
      await other.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(other), [], colorScheme);
    }
    await other.setViewportSize({ width: 360, height: 640 });
    assert.ok((await overflow(other)) <= 0);
    await other.getByRole('link', { name: 'Site 2 due soon or overdue' }).click();
    await other.getByRole('link', { name: 'Reviews 2 due soon or overdue' }).click();
    await other.getByText('overdue since 20 November 2026').waitFor();
  } finally {
    await other.close();
  }
});

test('a site says how often, or never', async () => {
  await page.goto(address);
  const days = page.getByLabel('Days after which a service is reviewed again');
  await days.fill('7');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Choose 30 to 730 days, or 0 for no reviews.').waitFor();
  await days.fill('0');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('This site has no reviews.').waitFor();
  assert.equal(await page.getByText('reviews were switched off').count(), 3);
  assert.deepEqual(await violations(page), []);
  // The refused ones are in the browser's console, and nothing else.
  assert.ok(
    office.said.every((line) => line.includes('422')),
    office.said.join('\n'),
  );
});
