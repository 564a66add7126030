import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Decision, Site } from '../../schemas/types.gen.ts';
import { type Assent, startAssent } from '../../snippet/test/harness/assent.ts';
import { complaints, startBrowser, until } from '../../snippet/test/harness/browser.ts';
import { dashboardOf, decide, enter, expose, figures, overflow, owner, setupLink, violations } from './lab.ts';

const computer = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Mobile/15E148 Safari/604.1';

let assent: Assent;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let site: Site;
let said: string[];

const url = () => `${dashboardOf(assent)}?site=${site.id}`;

before(async () => {
  [assent, browser] = await Promise.all([startAssent(), startBrowser()]);
  context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1280, height: 900 },
  });
  context.setDefaultTimeout(60_000);
  page = await context.newPage();
  said = complaints(page);
  const id = await assent.addSite('https://shop.example', { services: [{ id: 'youtube' }] });
  await page.goto(setupLink(assent));
  await page.waitForSelector('form');
  await enter(page, owner.password);
  await page.waitForSelector('.who');
  // Its days are neither the reader's nor UTC's.
  const answer = await context.request.patch(`http://127.0.0.1:${assent.port}/v1/admin/sites/${id}`, {
    data: { timeZone: 'Pacific/Kiritimati' },
  });
  assert.equal(answer.status(), 200);
  site = (await answer.json()) as Site;
});

after(async () => {
  await browser?.close();
  await assent?.stop();
});

/** A visitor who is asked and answers, with the word that the notice was shown. */
const visit = async (userAgent: string, members: Partial<Decision>): Promise<void> => {
  const shown = await expose(assent, site, {}, userAgent);
  await decide(context, assent, site.id, { shown, ...members }, userAgent);
};

const decisions = async () => (await figures(page)).Decisions;

test('who was asked and did not answer shows up by itself, beside those who did', async () => {
  await page.goto(url());
  await page.getByText('Waiting for the first decision').waitFor();
  await visit(computer, {});
  await visit(`${computer} other`, { action: 'reject-all' });
  await visit(phone, { action: 'save', source: 'preferences', purposes: { analytics: true, marketing: false } });
  await expose(assent, site, { layer: 'preferences' }, phone);
  await expose(assent, site, {}, `${phone} other`);
  await expose(assent, site, {}, `${phone} blocked`);
  await expose(assent, site, { event: 'hidden' }, `${phone} blocked`);
  await page.getByText('What became of 5 visitors who were asked').waitFor();
  await until(async () => (await page.textContent('.shares'))!.includes('Hidden by a blocker20% 1'), 'all are counted');
  assert.match((await page.textContent('.shares'))!, /Accepted20% 1Partly accepted20% 1Refused20% 1No answer20% 1/);
  const steps = await page.$$eval('.steps-table', ([funnel]) =>
    [...funnel!.querySelectorAll('tbody tr')].map((row) => row.textContent),
  );
  assert.deepEqual(steps, [
    'Notice shown100%5',
    'Answered60%3',
    'Preferences opened20%1',
    'Saved in the preferences20%1',
  ]);
  assert.match((await page.textContent('.today'))!, /Visitors asked5nothing to compare with.*No answer20%/);
  assert.match((await page.textContent('.services'))!, /YouTube.*33.3%1 of 3/);
  assert.match((await page.textContent('.updated'))!, /Pacific\/Kiritimati/);
});

test('groups narrow the page down to themselves, and chips widen it again', async () => {
  const rows = await page.$$eval('.groups tbody tr', (list) => list.map((row) => row.textContent));
  assert.deepEqual(rows, ['Computer50%220%', 'Phone0%1333.3%']);
  await page.getByRole('button', { name: 'Phone' }).click();
  await until(async () => (await decisions()) === '1', 'phones alone are counted');
  assert.equal(new URL(page.url()).searchParams.get('device'), 'phone');
  await page.getByRole('link', { name: 'Browser' }).click();
  await page.getByRole('columnheader', { name: 'Browser' }).waitFor();
  await page.getByRole('combobox', { name: 'Add a filter' }).selectOption('browser=firefox');
  await until(async () => (await decisions()) === '0', 'no phone has Firefox');
  assert.deepEqual(await violations(page), []);
  await page.reload();
  await until(async () => (await decisions()) === '0', 'the address holds the filter');
  await page.getByRole('button', { name: 'Remove Device: Phone' }).focus();
  await page.keyboard.press('Enter');
  await until(async () => (await decisions()) === '2', 'Firefox alone is counted');
  await page.goBack();
  await until(async () => (await decisions()) === '0', 'Back takes the filter back');
  await page.getByRole('button', { name: 'Remove all' }).click();
  await until(async () => (await decisions()) === '3', 'everybody is counted');
});

test('hours and weeks are told apart where a reader wants them', async () => {
  await page.getByRole('link', { name: '7 days' }).click();
  await page.getByRole('link', { name: 'Hours' }).click();
  await until(async () => (await page.locator('.chart .day').count()) >= 7 * 24 - 1, 'a week of hours');
  await page.getByRole('link', { name: '90 days' }).click();
  await until(async () => (await page.locator('.chart .day').count()) === 90, 'ninety days are not told by the hour');
  assert.equal(await page.getByRole('link', { name: 'Hours' }).count(), 0);
  await page.getByRole('link', { name: 'Weeks' }).click();
  await until(
    async () => (await page.locator('.chart .day').count()) <= 14,
    'ninety days are thirteen or fourteen weeks',
  );
});

test('two parts of the visitors are compared, and too few are said to be too few', async () => {
  const against = page.getByRole('combobox', { name: 'Compare with' });
  await against.selectOption('device=phone');
  await page.getByRole('heading', { name: 'Compared with Device: Phone' }).waitFor();
  assert.match((await page.textContent('.compared'))!, /Accepted33.3%.*of 3.*0%.*of 1too few to tell/);
  assert.deepEqual(await violations(page), []);
  for (let i = 0; i < 120; i++) {
    await decide(context, assent, site.id, { action: i % 5 ? 'accept-all' : 'reject-all' }, phone);
    await decide(context, assent, site.id, { action: i % 5 ? 'reject-all' : 'accept-all' }, computer);
  }
  await until(
    async () => /Accepted.*\+?-?\d+(\.\d)? points, more than chance makes/.test((await page.textContent('.compared'))!),
    'a difference is found',
  );
  await against.selectOption('before');
  await page.getByRole('heading', { name: 'Compared with the 90 days before' }).waitFor();
});

test('what is on show is saved as a file', async () => {
  await page.getByLabel('What to save').selectOption({ index: 1 });
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as a file' }).click(),
  ]);
  const [head, ...lines] = (await readFile(await file.path())).toString().trim().split('\n');
  assert.ok(head?.startsWith('value,decisions,accepted'), head);
  assert.ok(lines.length > 0);
});

test('in every dress the page is whole and accessible', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [width, dir] of [
      [1280, 'ltr'],
      [360, 'ltr'],
      [360, 'rtl'],
    ] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 800 });
      await page.evaluate((to) => document.documentElement.setAttribute('dir', to), dir);
      const dress = `${colorScheme} ${width} ${dir}`;
      assert.deepEqual(await violations(page), [], dress);
      assert.ok((await overflow(page)) <= 0, `${dress}: wider than the window`);
    }
  }
});

test('a German reader gets German', async () => {
  const german = await browser.newContext({ locale: 'de-DE', storageState: await context.storageState() });
  const seite = await german.newPage();
  await seite.goto(url());
  await seite.getByText('Was aus 5 gefragten Besuchern wurde').waitFor();
  await seite.getByText('Einstellungen geöffnet').waitFor();
  assert.deepEqual(await violations(seite), []);
  await german.close();
});

test('the page broke none of its own rules', () => {
  assert.deepEqual(said, []);
});
