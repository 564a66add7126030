import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../../snippet/test/harness/browser.ts';
import { clipped, dashboardOf, figures, type Office, openOffice, overflow, violations } from './lab.ts';

let office: Office;

before(async () => {
  office = await openOffice({ purposes: [{ id: 'analytics' }, { id: 'marketing' }] });
});
after(() => office.close());

const site = 'demodata';

test('an empty dashboard leads to demo data, which says what it is, tells of three notices, and goes again', async () => {
  const { page, assent } = office;
  const dashboard = dashboardOf(assent);
  const card = page.locator('.steps');
  await card.getByText('assent demo-data').waitFor();

  const printed = await assent.run('demo-data', '--visitors-per-day', '40');
  assert.match(printed, /\/dashboard\/\?site=demodata&days=90/);
  const served = async () => (await fetch(`${new URL(dashboard).origin}/s/${site}.js`)).ok;
  await until(served, 'the running server serves the site');
  await page.goto(`${dashboard}?site=${site}&days=90`);
  await page.locator('.demo').getByText('Demo data').waitFor();
  await page.locator('.demo').getByText('assent demo-data --remove').waitFor();
  await page.locator('.chart .mark').nth(1).waitFor();
  assert.equal(await page.locator('.chart .mark').count(), 2, 'the notice changed twice');
  const shown = await figures(page);
  assert.ok(Number(shown.Decisions?.replace(',', '')) > 1000, JSON.stringify(shown));
  assert.deepEqual(await violations(page), []);
  assert.equal(await overflow(page), 0);

  // No card of the page is wider than the window, however large the numbers are.
  const cut = await page.$$eval('.pair .card', (cards) => cards.filter((c) => c.scrollWidth > c.clientWidth).length);
  assert.equal(cut, 0, 'tables stick out of their cards');

  await assent.run('demo-data', '--remove');
  await until(async () => !(await served()), 'the running server forgets the site');
  await page.goto(`${dashboard}?site=${site}&days=90`);
  await card.getByText('assent demo-data').waitFor();
  assert.equal(await page.locator('.demo').count(), 0);
  assert.deepEqual(office.said, []);
});

test('German, dark, on a phone', async () => {
  const { assent, browser, context } = office;
  await assent.run('demo-data', '--days', '10', '--visitors-per-day', '4000');
  const served = async () => (await fetch(`${new URL(dashboardOf(assent)).origin}/s/${site}.js`)).ok;
  await until(served, 'the running server serves the site');
  const viewport = { width: 360, height: 640 };
  const storageState = await context.storageState();
  const other = await browser.newContext({
    locale: 'de-DE',
    colorScheme: 'dark',
    viewport,
    storageState,
    reducedMotion: 'reduce',
  });
  const page = await other.newPage();
  await page.goto(`${dashboardOf(assent)}?site=${site}&days=30`);
  await page.locator('.demo').getByText('Demodaten').waitFor();
  await page.locator('.chart').first().waitFor();
  assert.equal(await overflow(page), 0);
  await page
    .locator('.purposes')
    .getByText(/\d\d\.\d{3}$/)
    .first()
    .waitFor(); // The widest numbers.
  assert.deepEqual(await clipped(page), []);
  assert.deepEqual(await violations(page), []);
  await other.close();
});
