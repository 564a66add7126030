import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Service, Site } from '../../schemas/types.gen.ts';
import type { Announced } from '../../snippet/src/contract.ts';
import { until } from '../../snippet/test/harness/browser.ts';
import { dashboardOf, inEveryDress, type Office, openOffice, violations } from './lab.ts';

let office: Office;
let page: Page;

const service: Service = {
  id: 'mail',
  name: 'Mailer',
  purpose: 'marketing',
  provider: 'Mailer Ltd',
  country: 'IE',
  retention: 'P1Y',
  cookies: ['m'],
  kind: 'messages',
};

before(async () => {
  office = await openOffice({
    privacyPolicy: 'https://shop.example/privacy',
    controller: { name: 'Shop GmbH', contact: 'privacy@shop.example' },
    services: [service],
  });
  page = office.page;
});

after(() => office?.close());

const base = () => `http://127.0.0.1:${office.assent.port}`;
const known = async (): Promise<Site | undefined> =>
  ((await (await office.context.request.get(`${base()}/v1/admin/sites`)).json()) as Site[]).find(
    ({ id }) => id === office.site,
  );

test('a change that touches what visitors granted is announced, and can be withdrawn', async () => {
  const draft = `${base()}/v1/admin/sites/${office.site}/draft`;
  const read = await office.context.request.get(draft);
  const { draft: written } = (await read.json()) as { draft: { notice: object } };
  const notice = {
    ...written.notice,
    services: [{ ...service, provider: 'Mailer Inc', country: 'US', safeguard: 'scc' }],
  };
  const put = await office.context.request.put(draft, {
    data: notice,
    headers: { 'If-Match': read.headers().etag ?? '', 'Sec-Fetch-Site': 'same-origin', Origin: base() },
  });
  assert.equal(put.status(), 200, await put.text());
  await page.goto(`${dashboardOf(office.assent)}notice?site=${office.site}`);
  await page.getByRole('navigation', { name: 'Parts' }).getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Visitors who granted Mailer are asked again').waitFor();
  await page.getByLabel('By itself on').check();
  await page.getByText('What changes, in your words').click();
  await page.getByRole('textbox', { name: 'English' }).fill('Mailer moves to the United States.');
  await inEveryDress(page);
  await page.getByRole('button', { name: 'Announce' }).click();
  await page.getByText('A change is announced').waitFor();
  const { announcement } = (await known()) ?? {};
  const days = (Date.parse(announcement?.at ?? '') - Date.now()) / 86_400_000;
  assert.ok(days > 28 && days < 31, `announced ${days} days ahead`);
  assert.deepEqual(await violations(page), []);
});

test('pages and preferences say that it will change', async () => {
  const shop = createServer((_, answer) => {
    answer.setHeader('Content-Type', 'text/html');
    answer.end(`<!doctype html><title>Shop</title><script src="${base()}/s/${office.site}.js"></script>`);
  });
  await new Promise<void>((listening) => shop.listen(0, '127.0.0.1', listening));
  const visitor = await (await office.browser.newContext({ locale: 'de-DE' })).newPage();
  await visitor.goto(`http://127.0.0.1:${(shop.address() as AddressInfo).port}/`);
  const told = await visitor.evaluate(
    () => new Promise<Announced>((told) => window.assent.on('notice-changing', told)),
  );
  assert.equal(told.at, (await known())?.announcement?.at);
  await visitor.evaluate(() => window.assent.open());
  const line = visitor.getByRole('link', { name: /^Das ändert sich am \d+\. \S+ \d{4}\. Was sich ändert$/ });
  assert.equal(await line.getAttribute('href'), told.changes);
  assert.equal(told.changes, `${base()}/notices/${office.site}/`);
  await visitor.context().close();
  shop.close();
});

test('everybody reads what will change', async () => {
  const visitor = await (await office.browser.newContext({ locale: 'de-DE' })).newPage();
  await visitor.goto(`${base()}/notices/${office.site}`);
  await visitor.getByText('Mailer: Anbieter ist jetzt Mailer Inc, vorher Mailer Ltd').waitFor();
  await visitor.getByText('Wer Mailer erlaubt hat, wird erneut gefragt; sonst niemand.').waitFor();
  assert.deepEqual(await violations(visitor), []);
  await visitor.getByRole('link', { name: 'Diese Fassung lesen' }).first().click();
  await visitor.getByText('Standardvertragsklauseln').waitFor();
  assert.deepEqual(await violations(visitor), []);
  await visitor.getByRole('link', { name: 'Alle Fassungen' }).click();
  await visitor.getByRole('heading', { name: 'Jetzt gültig' }).waitFor();
  await visitor.context().close();
});

test('an announcement that is withdrawn leaves the draft', async () => {
  await page.getByRole('button', { name: 'Withdraw the announcement' }).click();
  await page.getByRole('button', { name: 'Sure? Visitors were told of it' }).click();
  await until(async () => !(await known())?.announcement, 'it is withdrawn');
  await page.getByText('Visitors who granted Mailer are asked again').waitFor();
});
