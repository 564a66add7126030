import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { type Assent, startAssent } from '../../snippet/test/harness/assent.ts';
import { complaints, startBrowser, until } from '../../snippet/test/harness/browser.ts';
import { enter, inEveryDress, owner, setupLink, violations } from './lab.ts';

let assent: Assent;
let browser: Browser;
let page: Page; // The owner's.
let device: CDPSession;
let authenticatorId = '';
let said: string[];
/** Every sign-in by passkey that the page sent. */
const sent: string[] = [];

// Browsers keep passkeys for names only.
const named = (address: string): string => address.replace('127.0.0.1', 'localhost');

before(async () => {
  [assent, browser] = await Promise.all([startAssent(), startBrowser()]);
  const viewport = { width: 1280, height: 900 };
  const context = await browser.newContext({ locale: 'en-GB', viewport, reducedMotion: 'reduce' });
  context.setDefaultTimeout(60_000);
  page = await context.newPage();
  said = complaints(page);
  page.on('request', (request) => {
    if (request.url().endsWith('/session/passkey')) sent.push(request.postData() ?? '');
  });
  device = await context.newCDPSession(page);
  await device.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  } as const;
  ({ authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', { options }));
  await page.goto(named(setupLink(assent)));
  await enter(page, owner.password);
  await page.getByRole('link', { name: owner.email }).click();
  await page.getByRole('heading', { name: 'Passkeys' }).waitFor();
});

after(async () => {
  await browser?.close();
  await assent?.stop();
});

const bar = () => page.getByRole('navigation', { name: 'Pages' });

test('a passkey is added with the password', async () => {
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByLabel('Your password').fill('not this one');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByText('This is not your password.').waitFor();
  await inEveryDress(page);
  await page.getByLabel('Your password').fill(owner.password);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByText('The passkey is added').waitFor();
  await page.getByRole('button', { name: /^Remove: / }).waitFor();
  await inEveryDress(page);
  const { credentials } = await device.send('WebAuthn.getCredentials', { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0]?.rpId, 'localhost');
  assert.equal(Buffer.from(credentials[0]?.userHandle ?? '', 'base64').includes('ada'), false);
});

test('the device that has one makes no second', async () => {
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByLabel('Your password').fill(owner.password);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByText('No passkey was made').waitFor();
});

test('it signs in without the password, and what was sent is worth nothing afterwards', async () => {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();
  await inEveryDress(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await bar().waitFor();
  assert.equal(sent.length, 1);
  const again = await fetch(`http://localhost:${assent.port}/v1/admin/session/passkey`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: sent[0] ?? '',
  });
  assert.equal(again.status, 401);
});

test('without fingerprint or PIN there is no way in', async () => {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('No passkey came in time').waitFor();
  await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await bar().waitFor();
});

test('a copy that has signed less often is refused', async () => {
  await page.getByRole('button', { name: 'Sign out' }).click();
  const [credential] = (await device.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  assert.ok(credential && credential.signCount > 1);
  await device.send('WebAuthn.clearCredentials', { authenticatorId });
  await device.send('WebAuthn.addCredential', { authenticatorId, credential: { ...credential, signCount: 0 } });
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('This server does not know that passkey').waitFor();
  assert.deepEqual(await violations(page), []);
  await device.send('WebAuthn.clearCredentials', { authenticatorId });
  await device.send('WebAuthn.addCredential', { authenticatorId, credential });
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await bar().waitFor();
});

test('a removed one is refused', async () => {
  await page.getByRole('link', { name: owner.email }).click();
  await page.getByRole('button', { name: /^Remove: / }).click();
  await page.getByLabel('Your password').fill(owner.password);
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByText('The passkey is removed').waitFor();
  await until(async () => (await page.getByRole('button', { name: /^Remove: / }).count()) === 0, 'none is left');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('This server does not know that passkey').waitFor();
  await enter(page, owner.password);
  await bar().waitFor();
  assert.deepEqual(said, []);
});
