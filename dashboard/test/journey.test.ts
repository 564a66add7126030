import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type Assent, startAssent } from '../../snippet/test/harness/assent.ts';
import { complaints, startBrowser, until } from '../../snippet/test/harness/browser.ts';
import { dashboardOf, decide, enter, figures, overflow, owner, setupLink, sight, violations } from './lab.ts';

const origin = 'https://shop.example';

let assent: Assent;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let site: string;
let said: string[];
let url: string;

const shows = (text: string) => page.getByText(text).first().waitFor();
const cards = () => figures(page);

before(async () => {
  [assent, browser] = await Promise.all([startAssent(), startBrowser()]);
  context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(60_000);
  page = await context.newPage();
  said = complaints(page);
  site = await assent.addSite(origin, {});
  url = `${dashboardOf(assent)}?site=${site}`;
});

after(async () => {
  await browser?.close();
  await assent?.stop();
});

test('without the link there is nothing to fill in', async () => {
  await page.goto(url);
  await shows('Open the set-up link');
  assert.equal(await page.locator('input').count(), 0);
  assert.deepEqual(await violations(page), []);
});

test('the link makes the owner, once, and asks for a good password', async () => {
  const requested: string[] = [];
  page.on('request', (request) => requested.push(request.url()));
  await page.goto('about:blank');
  await page.goto(setupLink(assent));
  await page.waitForSelector('form');
  assert.deepEqual(await violations(page), []);
  await enter(page, 'passwordpassword');
  await shows('This password is too short or too easy to guess.');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'password');
  assert.deepEqual(await violations(page), []);
  await enter(page, owner.password);
  await shows(owner.email);
  assert.equal(new URL(page.url()).hash, '', 'the used token is still in the address bar');
  assert.ok(requested.every((address) => !address.includes('#') && !address.includes('setup=')));

  const other = await browser.newContext();
  const late = await other.newPage();
  await late.goto(setupLink(assent));
  await late.getByRole('heading', { name: 'Sign in' }).waitFor();
  await other.close();
});

test('before the first decision the page says what to do', async () => {
  await page.goto(url);
  await shows('Waiting for the first decision');
  await shows(`<script async src="http://127.0.0.1:${assent.port}/s/${site}.js"></script>`);
  await shows(origin);
  assert.deepEqual(await violations(page), []);
});

test('decisions appear by themselves', async () => {
  await decide(context, assent, site, {});
  await decide(context, assent, site, { action: 'reject-all', synthetic: true });
  await decide(context, assent, site, {
    action: 'save',
    source: 'preferences',
    purposes: { analytics: true, marketing: false },
  });
  await decide(context, assent, site, {
    action: 'signal',
    source: 'gpc',
    purposes: { marketing: false },
    locale: 'de',
  });
  await decide(context, assent, site, {}, 'curl/8.5.0');
  await until(
    async () => `${await page.textContent('.figures')}`.includes('and 1 of programs'),
    'a program is told apart',
  );
  await until(async () => (await cards()).Decisions === '4', 'four decisions are counted');
  assert.deepEqual(await cards(), {
    Decisions: '4',
    Accepted: '25%',
    'Partly accepted': '25%',
    Refused: '25%',
    'Privacy signal': '25%',
  });
  const rows = await page.$$eval('.recent:not(.third) tbody tr', (list) => list.map((row) => row.textContent));
  assert.equal(rows.length, 5);
  for (const [i, words] of [
    ['Program', 'Analytics'],
    ['Privacy signal', 'GPC'],
    ['Partly accepted', 'Analytics', 'preferences'],
    ['Refused', 'synthetic'],
    ['Accepted'],
  ].entries()) {
    for (const word of [...words, `${origin}/cart`]) assert.ok(rows[i]?.includes(word), `${word} in ${rows[i]}`);
  }
  assert.match((await page.textContent('.purposes')) ?? '', /Analytics.*66.7%2 of 3.*Marketing.*25%1 of 4/s);
});

test('third parties that pages met are listed, and before that how to have them told', async () => {
  await shows('"autoBlock": "report"');
  await sight(assent, site, origin, [
    { host: 'www.youtube.com', kind: 'frame', service: 'youtube' },
    { host: 'nobody.example', kind: 'image' },
  ]);
  await page.locator('.third tbody tr').nth(1).waitFor();
  const rows = await page.$$eval('.third tbody tr', (list) =>
    list.map((row) => [...row.children].map((cell) => cell.textContent).slice(0, 4)),
  );
  assert.deepEqual(rows, [
    ['nobody.example', 'unknown', 'image', '1'],
    ['www.youtube.com', 'YouTube (Marketing)', 'frame', '1'],
  ]);
  assert.match((await page.textContent('.third tbody tr:nth-child(2) .held')) ?? '', /until granted/);
});

test('what would be held back is told apart from what is, in each language', async () => {
  const told: string[][] = [];
  for (const locale of ['en-GB', 'de-DE']) {
    const other = await browser.newContext({ locale, storageState: await context.storageState() });
    const view = await other.newPage();
    for (const autoBlock of ['report', 'block'] as const) {
      const observed = await assent.addSite(origin, { autoBlock });
      await sight(assent, observed, origin, [{ host: 'www.youtube.com', kind: 'frame', service: 'youtube' }]);
      await decide(other, assent, observed, {});
      await view.goto(`${dashboardOf(assent)}?site=${observed}`);
      const label = await view.locator('.third td.held').getAttribute('data-label');
      told.push([(await view.textContent('.third th:last-child')) ?? '', label ?? '']);
      const none = await view.getByText(/nothing here is held back|hiervon nichts zurückgehalten/).count();
      assert.equal(none, autoBlock === 'report' ? 1 : 0);
      assert.deepEqual(await violations(view), []);
    }
    await other.close();
  }
  assert.deepEqual(told, [
    ['Would be held back', 'Would be held back'],
    ['Held back', 'Held back'],
    ['Würde zurückgehalten', 'Würde zurückgehalten'],
    ['Zurückgehalten', 'Zurückgehalten'],
  ]);
});

test('the chart and its table hold the same numbers', async () => {
  assert.match((await page.getAttribute('.chart svg', 'aria-label')) ?? '', /^4 decisions in 30 days/);
  assert.equal(await page.locator('.chart .day').count(), 30);
  assert.equal(await page.locator('.chart .day rect:not(.hit)').count(), 4);
  await page.click('summary');
  const first = await page.$$eval('details tbody tr', ([row]) =>
    [...(row?.querySelectorAll('td') ?? [])].map((cell) => cell.textContent),
  );
  assert.deepEqual(first, ['4', '1', '1', '1', '1']);
  assert.equal(await page.locator('details tbody tr').count(), 30);
});

test('the period is part of the address', async () => {
  await page.getByRole('link', { name: '7 days' }).click();
  await until(async () => (await page.locator('.chart .day').count()) === 7, 'seven days are shown');
  assert.equal(new URL(page.url()).search, `?site=${site}&days=7`);
  await page.reload();
  await until(async () => (await page.locator('.chart .day').count()) === 7, 'they are shown after a reload');
  await page.goBack();
  await until(async () => (await page.locator('.chart .day').count()) === 30, 'Back shows thirty');
});

test('in every dress the page is whole and accessible', async () => {
  await page.evaluate(() => document.querySelector('details')?.setAttribute('open', ''));
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 360]) {
      for (const dir of ['ltr', 'rtl']) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 800 });
        await page.evaluate((to) => document.documentElement.setAttribute('dir', to), dir);
        const dress = `${colorScheme} ${width} ${dir}`;
        assert.deepEqual(await violations(page), [], dress);
        assert.ok((await overflow(page)) <= 0, `${dress}: wider than the window`);
      }
    }
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await page.setViewportSize({ width: 1280, height: 900 });
});

test('a German reader gets German', async () => {
  const german = await browser.newContext({ locale: 'de-DE', storageState: await context.storageState() });
  const seite = await german.newPage();
  await seite.goto(url);
  await seite.getByText('Teilweise eingewilligt').first().waitFor();
  assert.equal(await seite.getAttribute('html', 'lang'), 'de');
  assert.match((await figures(seite)).Eingewilligt ?? '', /^25\s%$/);
  await german.close();
});

test('an unreachable server leaves the last numbers on show', async () => {
  await context.setOffline(true);
  await shows('The server does not answer. These are the numbers of');
  assert.equal((await cards()).Decisions, '4');
  assert.deepEqual(await violations(page), []);
  await page.reload().catch(() => undefined); // The page itself cannot be loaded either.
  await context.setOffline(false);
  await page.goto(url);
  await until(async () => (await cards()).Decisions === '4', 'the numbers are back');
});

test('signing out ends the session on the server too', async () => {
  const stolen = await context.storageState();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.deepEqual(
    (await context.cookies()).filter(({ name }) => name.includes('session')),
    [],
  );
  assert.deepEqual(await violations(page), []);
  const thief = await browser.newContext({ storageState: stolen });
  assert.equal((await thief.request.get(`http://127.0.0.1:${assent.port}/v1/admin/sites`)).status(), 401);
  await thief.close();
});

test('signing in takes the right password, and guessing takes time', async () => {
  await enter(page, 'not the password');
  await shows('The e-mail address or the password is wrong.');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'password');
  await enter(page, owner.password);
  await until(async () => (await cards()).Decisions === '4', 'the numbers are shown again');
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1');

  await context.clearCookies();
  await shows('Your session has ended. Sign in again to go on.');
  await until(async () => {
    const answer = page.waitForResponse((response) => response.url().endsWith('/v1/admin/session'));
    await enter(page, 'not the password', 'eve@shop.example');
    return (await answer).status() === 429;
  }, 'guessing is slowed down');
  await shows('Too many attempts. Wait ');
});

test('the page broke none of its own rules', () => {
  assert.deepEqual(said, []);
});
