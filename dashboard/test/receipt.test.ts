import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Decision, Notice } from '../../schemas/types.gen.ts';
import { newId, newSecret } from '../../snippet/src/ids.ts';
import { type Assent, startAssent } from '../../snippet/test/harness/assent.ts';
import { complaints, startBrowser } from '../../snippet/test/harness/browser.ts';
import { overflow, violations } from './lab.ts';

// The page of a receipt, as a visitor sees it.

const origin = 'https://shop.example';
/** Texts as an owner has to write them in a language that none are built in for. */
const own = Object.fromEntries(
  Object.entries<string>(JSON.parse(readFileSync('snippet/src/texts/en.json', 'utf8'))).filter(
    ([key]) => !key.startsWith('purpose.functional'),
  ),
);
const notice: Notice = {
  languages: ['en', 'de', 'ar', 'eu'],
  texts: { eu: own },
  privacyPolicy: '/privacy',
  services: [{ id: 'google-analytics' }, { id: 'youtube' }, { id: 'meta-pixel' }],
};

let assent: Assent;
let browser: Browser;
let site: string;

before(async () => {
  [assent, browser] = await Promise.all([startAssent(), startBrowser()]);
  site = await assent.addSite(origin, notice);
});
after(async () => {
  await browser.close();
  await assent.stop();
});

const base = () => `http://127.0.0.1:${assent.port}`;

/** Records a decision and returns the address of its page. */
const decide = async (members: Partial<Decision>): Promise<string> => {
  const script = await (await fetch(`${base()}/s/${site}.js`)).text();
  const body: Decision = {
    id: newId(Date.now()),
    secret: newSecret(),
    notice: /notice:"?([\w-]{43})|"([\w-]{43})"/.exec(script)?.slice(1).find(Boolean) ?? '',
    action: 'save',
    source: 'preferences',
    purposes: { analytics: true, marketing: false },
    services: { youtube: true },
    page: `${origin}/a-page-with-a-long-name/that-has/many-parts/and-no-place-to-break-a-line`,
    ...members,
  };
  const answer = await fetch(`${base()}/v1/sites/${site}/decisions`, {
    method: 'POST',
    headers: { Origin: origin, 'Content-Type': 'application/json', 'User-Agent': 'Mozilla/5.0 Firefox/145.0' },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 201, await answer.text());
  return `${base()}/receipts/${body.id}`;
};

/** Opens an address in a window of its own, without scripts, and holds what every page promises. */
const look = async (address: string, options: BrowserContextOptions, use: (page: Page) => Promise<void>) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const said = complaints(page);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(address);
  await use(page);
  assert.deepEqual(await violations(page), []);
  assert.ok((await overflow(page)) <= 0, 'nothing is wider than the window');
  assert.deepEqual(asked, [address], 'one request alone');
  assert.deepEqual(said, []);
  if (process.env.ASSENT_PICTURES) {
    const name = `${options.locale}-${options.viewport?.width}-${options.colorScheme ?? 'light'}`;
    await page.screenshot({ path: `${process.env.ASSENT_PICTURES}/${name}.png`, fullPage: true });
  }
  await context.close();
};

const phone = { width: 360, height: 640 };
const desk = { width: 1280, height: 800 };

test('a receipt tells what was decided, in the language of the decision', async () => {
  const address = await decide({ locale: 'en' });
  await look(address, { locale: 'en-GB', viewport: desk }, async (page) => {
    assert.equal(await page.textContent('h1'), 'Selection saved');
    const marks = await page.$$eval('.answers > li > .answer', (all) => all.map((one) => one.textContent?.trim()));
    assert.match(marks[0] ?? '', /^Essential.*Always on$/s);
    assert.match(marks[1] ?? '', /^Analytics.*Allowed$/s);
    assert.match(marks[2] ?? '', /^Marketing.*Not allowed$/s);
    assert.match((await page.textContent('.services li:has-text("YouTube")')) ?? '', /Google Ireland.*Allowed/s);
    assert.match((await page.textContent('body')) ?? '', /the signature holds/);
    assert.match((await page.textContent('section[aria-labelledby=change]')) ?? '', /choose “Privacy settings”/);
  });
  const nothing = { purposes: { analytics: false, marketing: false }, services: {} };
  const german = await decide({ locale: 'de', action: 'withdraw', ...nothing });
  await look(german, { locale: 'en-GB', viewport: phone, colorScheme: 'dark' }, async (page) => {
    assert.equal(await page.getAttribute('html', 'lang'), 'de');
    assert.equal(await page.textContent('h1'), 'Alles widerrufen');
  });
});

test('a receipt is written from right to left where its language is', async () => {
  await look(await decide({ locale: 'ar' }), { locale: 'ar', viewport: phone }, async (page) => {
    assert.equal(await page.getAttribute('html', 'dir'), 'rtl');
  });
  await look(await decide({ locale: 'ar' }), { locale: 'ar', viewport: desk, colorScheme: 'dark' }, async () => {});
});

test('where the page has no texts, what was read then is marked as what it is', async () => {
  await look(await decide({ locale: 'eu' }), { locale: 'de-DE', viewport: desk }, async (page) => {
    assert.equal(await page.getAttribute('html', 'lang'), 'de-DE');
    assert.equal(await page.getAttribute('.answers h3', 'lang'), 'eu');
  });
});

test('what is not there is told in words', async () => {
  const address = `${base()}/receipts/019abf1e-7c3a-7d52-8f41-5d1f3c2b9a10`;
  const context = await browser.newContext({ locale: 'de-DE', viewport: phone });
  const page = await context.newPage();
  assert.equal((await page.goto(address))?.status(), 404);
  assert.equal(await page.textContent('h1'), 'Diesen Beleg gibt es nicht');
  assert.deepEqual(await violations(page), []);
  await context.close();
});

test('a refusal of a notice that nobody knows has its receipt too', async () => {
  const nothing = { purposes: {}, services: {} };
  const address = await decide({ locale: 'en', action: 'reject-all', notice: 'never-published', ...nothing });
  await look(address, { locale: 'en-GB', viewport: phone }, async (page) => {
    assert.match((await page.textContent('body')) ?? '', /Marketing\s*Not allowed.*This notice is not known here/s);
  });
});

test('each copy can be saved', async () => {
  const context = await browser.newContext({ acceptDownloads: true });
  const page = await context.newPage();
  await page.goto(await decide({ locale: 'en' }));
  for (const link of await page.locator('.files a').all()) {
    const [saved] = await Promise.all([page.waitForEvent('download'), link.click()]);
    assert.match(saved.suggestedFilename(), /^receipt-[0-9a-f-]{36}\.(jws|json|jsonld|kantara\.json)$/);
    assert.equal(await saved.failure(), null);
  }
  await context.close();
});
