import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { BrowserContext, FrameLocator, Page } from 'playwright-core';
import type { Found, Notice, Review } from '../../schemas/types.gen.ts';
import type { Assent } from '../../snippet/test/harness/assent.ts';
import { until } from '../../snippet/test/harness/browser.ts';
import { clipped, dashboardOf, decide, inEveryDress, type Office, openOffice } from './lab.ts';

const was = 'Was wir damals fragten';
const first: Notice = {
  languages: ['en', 'de'],
  look: { layout: 'box', accent: '#7a1fa2' },
  texts: { de: { 'banner.title': was } },
  services: [{ id: 'google-analytics' }, { id: 'youtube' }],
  autoBlock: 'block',
};

let office: Office;
let assent: Assent;
let context: BrowserContext;
let page: Page;
let site: string;
let asked: string[];
let shown: FrameLocator;

const base = () => `http://127.0.0.1:${assent.port}`;

/** What visitors are given now. */
const script = async () => (await fetch(`${base()}/s/${site}.js`)).text();

const publish = async (notice: Notice) => {
  const before = await script();
  const from = { 'Sec-Fetch-Site': 'same-origin', Origin: base() };
  const address = `${base()}/v1/admin/sites/${site}`;
  const etag = (await context.request.get(`${address}/draft`)).headers().etag ?? '';
  const put = await context.request.put(`${address}/draft`, { headers: { ...from, 'If-Match': etag }, data: notice });
  assert.equal(put.status(), 200, await put.text());
  const { draft } = (await put.json()) as Review;
  const headers = { ...from, 'If-Match': `"${draft.revision}"` };
  const made = await context.request.post(`${address}/publications`, { headers, data: {} });
  assert.equal(made.status(), 201, await made.text());
  await until(async () => (await script()) !== before, 'visitors are given another script');
};

const decisions = async () =>
  ((await (await context.request.get(`${base()}/v1/admin/sites/${site}/decisions`)).json()) as Found).decisions;

before(async () => {
  office = await openOffice(first);
  ({ assent, context, page, site } = office);
  asked = [];
  page.on('request', (request) => asked.push(`${request.method()} ${request.url()}`));
  await decide(context, assent, site, { action: 'reject-all', locale: 'de-AT' });
  await publish({ ...first, languages: ['en'], texts: {}, look: { layout: 'bar' } });
  await publish({ languages: ['en', 'de'], texts: { de: { 'banner.title': 'Was wir heute fragen' } } });
  await page.goto(`${dashboardOf(assent)}decisions?site=${site}`);
  await page.getByRole('button', { name: 'Details of' }).click();
  shown = page.frameLocator('.preview iframe');
});

after(() => office?.close());

test('after two changes a decision shows the version, the language and the layout of then', async () => {
  await shown.getByText(was).waitFor();
  await shown.getByRole('button', { name: 'Alle ablehnen' }).waitFor();
  assert.equal(await shown.getByText('Was wir heute fragen').count(), 0);
  const accent = shown.locator('[data-assent-action=accept-all]').first();
  assert.equal(await accent.evaluate((button) => getComputedStyle(button).backgroundColor), 'rgb(122, 31, 162)');
});

test('it is marked as out of the archive, with date, version, language, layout and script', async () => {
  const [decision] = await decisions();
  const label = (await page.textContent('.exhibit')) ?? '';
  assert.match(label, /Out of the archive\..*bit for bit/);
  for (const fact of [decision!.notice, 'German', 'Box in the corner', 'sha384-']) {
    assert.ok(label.includes(fact), `${fact} in ${label}`);
  }
  const receipt = await (await fetch(`${base()}/v1/receipts/${decision!.id}?format=json-ld`)).text();
  assert.ok(receipt.includes(/sha384-[\w+/=]{64}/.exec(label)![0]), receipt);
});

test('what is clicked in it is not recorded, and nobody else is asked for anything', async () => {
  await shown.getByRole('button', { name: 'Alle akzeptieren' }).dispatchEvent('click');
  await until(async () => (await shown.locator('[data-assent-layer=banner]').count()) === 0, 'the notice has closed');
  assert.equal((await decisions()).length, 1);
  const strangers = asked.filter((one) => !one.includes(` ${base()}/`));
  assert.deepEqual([...strangers, ...asked.filter((one) => /POST|\/v1\/sites\//.test(one))], []);
  assert.deepEqual(office.said, []);
});

test('it is without barriers, on a phone and in the dark too', async () => {
  await inEveryDress(page);
  assert.deepEqual(await clipped(page), []);
});
