import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import type { Embedding, Review, Site } from '../../schemas/types.gen.ts';
import { until, untilRecorded } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { usual } from './harness/notice.ts';
import { ACCEPT, BANNER, OPEN, REJECT } from './harness/selectors.ts';

const lab = openLab();
const title = 'A short question';
// Of a visitor who is shown the variant, and of one who is not.
const addresses = { variant: '', control: '' };
let site: string;
let variant: string;
let control: string;
let cookie = '';

const admin = async <T>(method: string, path: string, body?: unknown, ifMatch = ''): Promise<T> => {
  const answer = await fetch(`${lab.world.door}/v1/admin/${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', Cookie: cookie, ...(ifMatch && { 'If-Match': ifMatch }) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  cookie ||= answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return (await answer.json()) as T;
};

// As the browser would get it at that address.
const scriptFor = async (address: string, agent: string): Promise<string> =>
  (
    await fetch(`${lab.world.door}/s/${site}.js`, { headers: { 'X-Forwarded-For': address, 'User-Agent': agent } })
  ).text();

const start = async (): Promise<void> => {
  const token = /#setup=(\S+)/.exec(lab.world.printed())?.[1];
  await admin('POST', 'setup', { token, email: 'ada@shop.example', password: 'three unrelated nouns' });
  site = await lab.world.addSite({ ...usual, languages: ['en'] });
  const { draft } = await admin<Review>('GET', `sites/${site}/draft`);
  const texts = { en: { 'banner.title': title } };
  await admin('PUT', `sites/${site}/draft`, { ...draft.notice, texts }, '"0"');
  const now = await admin<Site>('POST', `sites/${site}/experiments`, { variants: [{ share: 50 }] }, '"1"');
  [control, variant] = [now.notice, now.experiments?.[0]?.variants[0]?.notice ?? ''];
  const page = await lab.browser.newPage();
  const agent = await page.evaluate(() => navigator.userAgent);
  await page.close();
  for (let n = 1; !addresses.variant || !addresses.control; n++) {
    const address = `203.0.113.${n}`;
    addresses[(await scriptFor(address, agent)).includes(title) ? 'variant' : 'control'] ||= address;
  }
};

// Once, by whichever test comes first: the server is there by then.
let started: Promise<void> | undefined;
const begun = (): Promise<void> => (started ||= start());

const visit = async (context: BrowserContext, path: string, tag = lab.world.tag('async', site)): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(lab.world.page(path, html(tag)));
  return page;
};

const asked = async (page: Page, wanted: boolean): Promise<void> => {
  const text = (await page.textContent(BANNER)) ?? '';
  assert.equal(text.includes(title), wanted, text);
};

test('a visitor is shown the same notice on every page, on reload and in a new window, and nothing is stored for it', async () => {
  await begun();
  for (const arm of ['variant', 'control'] as const) {
    lab.world.address = addresses[arm];
    for (const window of ['first', 'second']) {
      const context = await lab.browser.newContext();
      const page = await visit(context, `/${window}`);
      await asked(page, arm === 'variant');
      await page.reload();
      await asked(page, arm === 'variant');
      await asked(await visit(context, '/another'), arm === 'variant');
      assert.deepEqual(
        [await context.cookies(), await page.evaluate(() => localStorage.length + sessionStorage.length)],
        [[], 0],
      );
      await context.close();
    }
  }
});

test('the decision is on record with the notice that was shown', async () => {
  await begun();
  for (const [arm, notice] of Object.entries({ variant, control })) {
    lab.world.address = addresses[arm as 'variant'];
    lab.world.posts = [];
    lab.world.exposures = [];
    const context = await lab.browser.newContext();
    const page = await visit(context, '/');
    await until(() => lab.world.exposures.length === 1, 'the notice is told of');
    await page.click(REJECT);
    await untilRecorded(page);
    const [sent] = lab.world.posts;
    assert.deepEqual([sent?.notice, lab.world.exposures[0]?.notice], [notice, notice]);
    const record = await lab.world.recorded(`/v1/receipts/${sent?.id}`);
    assert.equal(record.notice, notice);
    await context.close();
  }
});

test('who has chosen is not asked again by the other notice, and the choice holds', async () => {
  await begun();
  for (const [from, to] of [
    ['variant', 'control'],
    ['control', 'variant'],
  ] as const) {
    lab.world.address = addresses[from];
    const context = await lab.browser.newContext();
    const page = await visit(context, '/');
    await page.click(ACCEPT);
    await untilRecorded(page);
    // Another network, and a browser that has lost its copy of the script.
    lab.world.address = addresses[to];
    const later = await lab.browser.newContext({ storageState: await context.storageState() });
    const next = await visit(later, '/later');
    await next.waitForSelector(OPEN);
    assert.equal(await next.isVisible(BANNER), false);
    assert.equal(await next.evaluate(() => (self as any).assent.has('marketing')), true);
    await Promise.all([context.close(), later.close()]);
  }
});

test('a pinned script is the published one for everybody', async () => {
  await begun();
  lab.world.address = addresses.variant;
  const { pinned } = await admin<Embedding>('GET', `sites/${site}/embedding`);
  const context = await lab.browser.newContext();
  const page = await visit(context, '/pinned', pinned.replace(/https?:\/\/[^/]+/, lab.world.assent));
  await asked(page, false);
  await context.close();
});
