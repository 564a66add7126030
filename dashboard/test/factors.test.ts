import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type Assent, startAssent } from '../../snippet/test/harness/assent.ts';
import { complaints, startBrowser } from '../../snippet/test/harness/browser.ts';
import { dashboardOf, enter, inEveryDress, owner, setupLink } from './lab.ts';

const other = { email: 'bob@shop.example', password: 'a bicycle in winter' };

let assent: Assent;
let browser: Browser;
let page: Page; // The owner's.
let said: string[];
let secret = '';
let recovery: string[] = [];

const open = async (locale = 'en-GB'): Promise<Page> => {
  const context = await browser.newContext({ locale, viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  context.setDefaultTimeout(60_000);
  return context.newPage();
};

before(async () => {
  [assent, browser] = await Promise.all([startAssent(), startBrowser()]);
  page = await open();
  said = complaints(page);
  await page.goto(setupLink(assent));
  await enter(page, owner.password);
  await page.getByRole('link', { name: owner.email }).click();
  await page.getByRole('heading', { name: 'Two-step sign-in' }).waitFor();
});

after(async () => {
  await browser?.close();
  await assent?.stop();
});

/** What an app shows so many steps of half a minute from now (RFC 6238). */
const codeOf = (base32: string, steps = 0): string => {
  const bits = [...base32]
    .map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac('sha1', key).update(counter).digest();
  const place = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(place) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, '0');
};

const shownCode = async (on = page): Promise<string> => (await on.locator('.two-step .code pre').textContent()) ?? '';

/** Adds an app without more ado. */
const setUp = async (on: Page, password: string): Promise<void> => {
  await on.getByRole('button', { name: 'Set it up' }).click();
  await on.getByLabel('Your password').fill(password);
  await on.getByRole('button', { name: 'Continue' }).click();
  await on.getByRole('img', { name: 'QR code' }).waitFor();
  const code = codeOf((await shownCode(on)).replaceAll(' ', ''));
  await on.getByLabel('The six digits that the app shows').fill(code);
  await on.getByRole('button', { name: 'Turn it on' }).click();
  await on.getByRole('button', { name: 'I have kept them' }).click();
};

test('an app is added with the password and a first code', async () => {
  await page.getByRole('button', { name: 'Set it up' }).click();
  await page.getByLabel('Your password').fill('not this one');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('This is not your password.').waitFor();
  await page.getByLabel('Your password').fill(owner.password);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('img', { name: 'QR code' }).waitFor();
  await inEveryDress(page);
  secret = (await shownCode()).replaceAll(' ', '');
  const code = page.getByLabel('The six digits that the app shows');
  assert.equal(await code.getAttribute('inputmode'), 'numeric');
  await code.fill('000000');
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await page.getByText('This code is not right').waitFor();
  await code.fill(codeOf(secret));
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
  await inEveryDress(page);
  recovery = (await shownCode()).split('\n');
  assert.equal(recovery.length, 10);
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByText('10 recovery codes are left').waitFor();
  await inEveryDress(page);
});

test('the password alone shows nothing, and a code signs in once', async () => {
  const elsewhere = await open();
  await elsewhere.goto(dashboardOf(assent));
  await enter(elsewhere, owner.password);
  const code = elsewhere.getByLabel('Code of the app');
  await code.waitFor();
  assert.equal(await code.getAttribute('autocomplete'), 'one-time-code');
  assert.equal(await elsewhere.evaluate(() => document.activeElement?.id), 'code');
  await inEveryDress(elsewhere);
  const right = codeOf(secret, 1);
  await code.fill('000000');
  await elsewhere.getByRole('button', { name: 'Sign in' }).click();
  await elsewhere.getByText('This code is not right').waitFor();
  await code.fill(right);
  await elsewhere.getByRole('button', { name: 'Sign in' }).click();
  await elsewhere.getByRole('navigation', { name: 'Pages' }).waitFor();
  await elsewhere.getByRole('button', { name: 'Sign out' }).click();
  await enter(elsewhere, owner.password);
  await code.fill(right);
  await elsewhere.getByRole('button', { name: 'Sign in' }).click();
  await elsewhere.getByText('it was used already').waitFor();
  await elsewhere.context().close();
});

test('a recovery code stands in for the app, in German too', async () => {
  const german = await open('de-DE');
  await german.goto(dashboardOf(assent));
  await enter(german, owner.password);
  await german.getByRole('button', { name: 'Ersatzcode benutzen' }).click();
  await inEveryDress(german);
  await german.getByLabel('Ersatzcode').fill(recovery[0]?.toUpperCase() ?? '');
  await german.getByRole('button', { name: 'Anmelden' }).click();
  await german.getByRole('link', { name: owner.email }).click();
  await german.getByText('9 Ersatzcodes sind übrig').waitFor();
  await inEveryDress(german);
  await german.context().close();
});

test('the second step is turned off with both', async () => {
  await page.getByRole('button', { name: 'Turn it off' }).click();
  await page.getByLabel('Your password').fill(owner.password);
  await page.getByLabel('Code of the app, or a recovery code').fill('not a code');
  await page.getByRole('button', { name: 'Turn it off' }).click();
  await page.getByText('The password or the code is not right').waitFor();
  await page.getByLabel('Code of the app, or a recovery code').fill(recovery[1] ?? '');
  await page.getByRole('button', { name: 'Turn it off' }).click();
  await page.getByText('The two-step sign-in is off').waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Set it up' }).waitFor();
});

test('another owner takes it away from somebody who has lost it all', async () => {
  await page.getByRole('link', { name: 'People', exact: true }).click();
  await page.getByLabel('E-mail address').fill(other.email);
  await page.getByLabel('Over all sites').selectOption('owner');
  await page.getByRole('button', { name: 'Make the link' }).click();
  const link = await page.locator('.code pre').textContent();
  const lost = await open();
  await lost.goto(link ?? '');
  await enter(lost, other.password, other.email);
  await lost.getByRole('link', { name: other.email }).click();
  await setUp(lost, other.password);
  await lost.getByRole('button', { name: 'Sign out' }).click();

  await page.reload();
  await page.getByRole('button', { name: `Change ${other.email}` }).click();
  await page.getByRole('button', { name: `Take second factors away ${other.email}` }).click();
  await inEveryDress(page);
  await page.getByRole('button', { name: `Really leave only the password? ${other.email}` }).click();
  await page.getByRole('button', { name: `Change ${other.email}` }).waitFor();
  await enter(lost, other.password, other.email);
  await lost.getByRole('navigation', { name: 'Pages' }).waitFor();
  assert.deepEqual(said, []);
});
