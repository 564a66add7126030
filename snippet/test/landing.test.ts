import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { html, openLab } from './harness/lab.ts';
import { usual } from './harness/notice.ts';
import { BANNER } from './harness/selectors.ts';

const lab = openLab();

const LISTEN = `<script>heard=[];addEventListener('assent:choice',({detail})=>heard.push(detail.landing||null))</script>`;
const CONFIG = `<script type="text/plain" data-assent="analytics">gtag('config','G-LAND1')</script>`;

/** Opens a page from a link on another one, with a campaign's parameters. */
const arrive = async (head = LISTEN + lab.world.tag()): Promise<Page> => {
  const page = await lab.browser.newPage();
  const target = `${lab.world.page('/landing', html(head + CONFIG))}?gclid=abc&utm_source=mail`;
  await page.goto(lab.world.page('/before', html('', `<a href="${target}">Go</a>`)));
  await page.click('a');
  await page.waitForSelector(BANNER);
  return page;
};

const landing = () => ({
  url: `${lab.world.shop}/landing?gclid=abc&utm_source=mail`,
  referrer: `${lab.world.shop}/before`,
});

const run = (page: Page, code: string): Promise<unknown> => page.evaluate(`void (${code})`);
const heard = (page: Page): Promise<unknown> => page.evaluate('heard');
const route = (page: Page): Promise<unknown> => run(page, `history.pushState({}, '', '/cart')`);

const googleCalls = (page: Page): Promise<unknown[]> =>
  page.evaluate(() =>
    (self as any).dataLayer
      .filter((entry: any) => entry[0] === 'set' || entry[0] === 'config')
      .map((entry: any) => [...entry]),
  );

test('the landing goes with the first grant of the document, once, also after a client-side route change', async () => {
  const page = await arrive();
  await route(page);
  await run(page, `assent.accept(['analytics'])`);
  assert.deepEqual(await heard(page), [landing()]);
  const { url, referrer } = landing();
  assert.deepEqual(await googleCalls(page), [
    ['set', { page_location: url, page_referrer: referrer }],
    ['config', 'G-LAND1'],
    ['set', { page_location: undefined, page_referrer: undefined }],
  ]);
  await run(page, 'assent.withdraw()');
  await run(page, 'assent.accept()');
  assert.deepEqual(await heard(page), [landing(), null, null]);
  assert.equal((await googleCalls(page)).length, 3);
  await page.close();
});

test('a refusal drops it', async () => {
  const page = await arrive();
  await run(page, 'assent.reject()');
  await route(page);
  await run(page, 'assent.accept()');
  assert.deepEqual(await heard(page), [null, null]);
  assert.deepEqual(await googleCalls(page), [['config', 'G-LAND1']]);
  await page.close();
});

test('where the address is still the same, tags find it themselves', async () => {
  const page = await arrive();
  await run(page, 'assent.accept()');
  assert.deepEqual(await heard(page), [landing()]);
  assert.deepEqual(await googleCalls(page), [['config', 'G-LAND1']]);
  await page.close();
});

test('it is stored nowhere', async () => {
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  await page.goto(`${lab.world.page('/landing', html(lab.world.tag()))}?gclid=secret1`);
  await page.waitForSelector(BANNER);
  await route(page);
  const stored = () => page.evaluate('JSON.stringify([document.cookie, localStorage, sessionStorage, history.state])');
  assert.doesNotMatch(`${await stored()}`, /secret1/);
  await run(page, 'assent.accept()');
  assert.doesNotMatch(`${await stored()}`, /secret1/);
  assert.doesNotMatch(JSON.stringify(lab.world.posts), /secret1/);
  await context.close();
});

test('Matomo is told of it before its consent', async () => {
  const matomo = { id: 'matomo', purpose: 'analytics', name: 'Matomo', adapter: 'matomo' } as const;
  const site = await lab.world.addSite({ ...usual, services: [matomo] });
  const page = await arrive(lab.world.tag('async', site));
  await route(page);
  await run(page, 'assent.accept()');
  const { url, referrer } = landing();
  assert.deepEqual(await page.evaluate('_paq'), [
    ['requireConsent'],
    ['setCustomUrl', url],
    ['setReferrerUrl', referrer],
    ['setConsentGiven'],
  ]);
  await page.close();
});
