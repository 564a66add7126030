import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { newSecret } from '../../snippet/src/ids.ts';
import { clipped, dashboardOf, decide, type Office, openOffice, overflow, violations } from './lab.ts';

let office: Office;
let page: Page;
let secret = '';

before(async () => {
  office = await openOffice({ purposes: [{ id: 'marketing' }] });
  page = office.page;
  await page.goto(`${dashboardOf(office.assent)}site?site=${office.site}`);
});

after(() => office?.close());

const part = () => page.getByRole('region', { name: 'Accounts: one choice on all devices' });

const fits = async (): Promise<void> => {
  for (const viewport of [
    { width: 360, height: 640 },
    { width: 1280, height: 800 },
  ]) {
    await page.setViewportSize(viewport);
    assert.equal(await overflow(page), 0);
    assert.deepEqual(await clipped(page), []);
    assert.deepEqual(await violations(page), []);
  }
};

/** Links a browser of a made-up visitor to an account, as the script does. */
const link = async (visitor: string, account: string, key = secret): Promise<number> => {
  const base = `http://127.0.0.1:${office.assent.port}`;
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const sub = createHash('sha256').update(`assent/account/1\n${office.site}\n${account}`).digest('base64url');
  const text = `${encoded({ alg: 'HS256' })}.${encoded({ aud: office.site, sub, exp: Date.now() / 1000 + 60 })}`;
  const token = `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  const answer = await fetch(`${base}/v1/sites/${office.site}/links`, {
    method: 'POST',
    headers: { origin: 'https://shop.example', 'content-type': 'application/json' },
    body: JSON.stringify({ secret: visitor, token, notice: 'x' }),
  });
  return answer.status;
};

test('an owner makes a secret, which is shown once, and switches linking on', async () => {
  await part().getByText('none yet').waitFor();
  await fits();
  await part().getByRole('button', { name: 'Make a secret' }).click();
  secret =
    (await part()
      .getByText(/^assent_link_/)
      .textContent()) ?? '';
  assert.match(secret, /^assent_link_[\w-]{43}$/);
  assert.equal(await link(newSecret(), 'user 1'), 404, 'before it is on');
  await part().getByRole('button', { name: 'Switch on' }).click();
  await part().getByText('Pages may call assent.link(token).').waitFor();
  await fits();
  assert.equal(await link(newSecret(), 'user 1'), 200);
  await page.reload();
  await part().getByText('made').first().waitFor();
  assert.equal(await page.getByText(secret).count(), 0);
});

test('a new secret takes over within a day', async () => {
  await part().getByRole('button', { name: 'New secret' }).click();
  await part().getByRole('button', { name: 'Really make a new one?' }).click();
  await part().getByText('accepted beside the new one').waitFor();
  const newer =
    (await part()
      .getByText(/^assent_link_/)
      .textContent()) ?? '';
  assert.notEqual(newer, secret);
  await fits();
  for (const key of [secret, newer]) assert.equal(await link(newSecret(), 'user 2', key), 200);
  assert.equal(await link(newSecret(), 'user 2', 'assent_link_of_somebody_else'), 401);
});

test('an officer saves and erases everything of an account', async () => {
  const mine = [newSecret(), newSecret()];
  for (const visitor of mine) {
    await decide(office.context, office.assent, office.site, { secret: visitor });
    assert.equal(await link(visitor, 'user 3'), 200);
  }
  await page.getByRole('link', { name: 'Requests' }).click();
  await page.getByLabel('Id of the account').fill('user 3');
  await fits();
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save a copy' }).click();
  const file = await readFile(await (await saving).path(), 'utf8');
  assert.equal(file.match(/<dt>Receipt<\/dt>/g)?.length, 2);
  await page.getByRole('button', { name: 'Erase everything' }).click();
  await page.getByRole('button', { name: 'Really erase everything?' }).click();
  await page.getByText('2 decisions were erased').waitFor();
  await page.getByRole('button', { name: 'Erase everything' }).click();
  await page.getByRole('button', { name: 'Really erase everything?' }).click();
  await page.getByText('No browser is linked to this account').waitFor();
  await page.goto(`${dashboardOf(office.assent)}activity`);
  await page.getByRole('cell', { name: 'Saved a copy of an account’s decisions' }).first().waitFor();
  assert.equal(await page.getByText('user 3').count(), 0, 'the trail does not say whose');
});

test('switched off, nothing links, and nothing was complained of', async () => {
  await page.goto(`${dashboardOf(office.assent)}site?site=${office.site}`);
  await part().getByRole('button', { name: 'Switch off' }).click();
  await part().getByText('No page links anything').waitFor();
  assert.equal(await link(newSecret(), 'user 1'), 404);
  assert.deepEqual(office.said, []);
});
