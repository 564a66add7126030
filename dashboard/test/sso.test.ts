import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { type Assent, startAssent } from '../../snippet/test/harness/assent.ts';
import { complaints, startBrowser } from '../../snippet/test/harness/browser.ts';
import { dashboardOf, enter, overflow, owner, setupLink, violations } from './lab.ts';

let folder: string;
let provider: ChildProcess;
let assent: Assent;
let browser: Browser;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
};

/** Starts a provider on another site than the server's, at which the owner is signed in, and returns its issuer. */
const startProvider = async (): Promise<string> => {
  const program = join(folder, 'provider');
  await promisify(execFile)('go', ['build', '-o', program, './server/internal/realparts/providerserver']);
  provider = spawn(program, [owner.email], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [issuer] = await once(provider.stdout!, 'data');
  return String(issuer).trim();
};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assent-sso-'));
  const secret = join(folder, 'secret');
  await writeFile(secret, 'of no use elsewhere\n');
  const [issuer, port] = [await startProvider(), await freePort()];
  const here = ['--addr', `127.0.0.1:${port}`, '--public-url', `http://127.0.0.1:${port}`];
  const there = ['--oidc-issuer', issuer, '--oidc-client-id', 'assent', '--oidc-client-secret-file', secret];
  assent = await startAssent(...here, ...there, '--oidc-label', 'Example');
  browser = await startBrowser();
  const page = await open();
  await page.goto(setupLink(assent));
  await enter(page, owner.password);
  await page.getByText(owner.email).first().waitFor();
});

after(async () => {
  await browser?.close();
  await assent?.stop();
  provider?.kill();
  await rm(folder, { recursive: true });
});

const open = async (locale = 'en-GB'): Promise<Page> => {
  const context = await browser.newContext({ locale, viewport: { width: 360, height: 640 }, reducedMotion: 'reduce' });
  context.setDefaultTimeout(60_000);
  return context.newPage();
};

test('one press signs in by the provider and leads to the page that was asked for', async () => {
  const page = await open();
  const said = complaints(page);
  await page.goto(`${dashboardOf(assent)}people`);
  const button = page.getByRole('link', { name: 'Sign in with Example' });
  await button.waitFor();
  assert.deepEqual(await violations(page), []);
  assert.equal(await overflow(page), 0);
  await button.click();
  await page.getByRole('heading', { name: 'People' }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/dashboard/people');
  assert.equal(new URL(page.url()).search, '');
  const cookies = await page.context().cookies();
  assert.deepEqual(
    cookies.map(({ name, httpOnly, sameSite }) => ({ name, httpOnly, sameSite })),
    [{ name: 'assent-session', httpOnly: true, sameSite: 'Strict' }],
  );
  await page.getByRole('link', { name: 'Activity' }).click();
  await page.getByRole('cell', { name: 'Signed in by single sign-on' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await button.waitFor();
  assert.deepEqual(said, []);
});

test('an answer that this browser did not ask for leads back to the sign-in, which says so once', async () => {
  const page = await open('de-DE');
  await page.goto(new URL('/v1/admin/single-sign-on/callback?state=a&code=b', dashboardOf(assent)).href);
  await page.getByText('Diese Anmeldung ist zu lange her').waitFor();
  await page.waitForURL(dashboardOf(assent));
  assert.deepEqual(await violations(page), []);
  assert.equal(await overflow(page), 0);
  await page.reload();
  await page.getByRole('link', { name: 'Mit Example anmelden' }).waitFor();
  assert.equal(await page.getByText('Diese Anmeldung ist zu lange her').count(), 0);
  await enter(page, owner.password);
  await page.getByText(owner.email).first().waitFor();
});
