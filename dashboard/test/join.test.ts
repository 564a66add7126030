import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type Assent, startAssent } from '../../snippet/test/harness/assent.ts';
import { startBrowser } from '../../snippet/test/harness/browser.ts';
import { dashboardOf, enter, overflow, owner, setupLink, violations } from './lab.ts';

const invited = 'bob@shop.example';

let assent: Assent;
let browser: Browser;
let link: string;

before(async () => {
  [assent, browser] = await Promise.all([startAssent(), startBrowser()]);
  const page = await open();
  await page.goto(setupLink(assent));
  await enter(page, owner.password);
  await page.getByText(owner.email).first().waitFor();
  const answer = await page.request.post(`http://127.0.0.1:${assent.port}/v1/admin/invitations`, {
    data: { email: invited, roles: { all: 'analyst' } },
  });
  const { token } = (await answer.json()) as { token: string };
  link = `${dashboardOf(assent)}#invitation=${token}`;
});

after(async () => {
  await browser?.close();
  await assent?.stop();
});

const open = async (): Promise<Page> => {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 360, height: 640 } });
  context.setDefaultTimeout(60_000);
  return context.newPage();
};

test('who holds the link of an invitation becomes a user with it, once', async () => {
  const page = await open();
  const requested: string[] = [];
  page.on('request', (request) => requested.push(request.url()));
  await page.goto(link);
  await page.getByRole('heading', { name: 'Choose your password' }).waitFor();
  assert.deepEqual(await violations(page), []);
  assert.equal(await overflow(page), 0);
  await enter(page, 'a bicycle in winter', 'eve@shop.example');
  await page.getByText('it is for another e-mail address').waitFor();
  await enter(page, 'a bicycle in winter', invited);
  await page.getByText(invited).first().waitFor();
  assert.equal(new URL(page.url()).hash, '', 'the used token is still in the address bar');
  assert.ok(requested.every((address) => !address.includes('invitation=')));

  const late = await open();
  await late.goto(link);
  await enter(late, 'a bicycle in winter', invited);
  await late.getByText('This link was used already').waitFor();
});
