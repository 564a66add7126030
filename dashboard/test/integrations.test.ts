import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { newSecret } from '../../snippet/src/ids.ts';
import { until } from '../../snippet/test/harness/browser.ts';
import { clipped, dashboardOf, decide, type Office, openOffice, overflow, violations } from './lab.ts';

interface Delivery {
  headers: Record<string, string>;
  body: string;
}

let office: Office;
let page: Page;
let receiver: Server;
let folder: string;
let address: string;
let status = 204;
let secret = '';
const got: Delivery[] = [];

/** A receiver over TLS, whose certificate the server is told to trust. */
const startReceiver = async (): Promise<void> => {
  folder = await mkdtemp(join(tmpdir(), 'assent-receiver-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=receiver';
  await promisify(execFile)('openssl', [
    'req',
    ...made.split(' '),
    '-addext',
    'subjectAltName=IP:127.0.0.1',
    '-keyout',
    key,
    '-out',
    cert,
  ]);
  receiver = createServer({ key: await readFile(key), cert: await readFile(cert) }, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    got.push({ headers: request.headers as Record<string, string>, body });
    response.writeHead(status).end();
  });
  await new Promise<void>((ready) => receiver.listen(0, '127.0.0.1', ready));
  address = `https://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks/assent`;
  process.env.SSL_CERT_FILE = cert;
  process.env.ASSENT_INTEGRATION_NETWORK = '127.0.0.1/32';
};

before(async () => {
  await startReceiver();
  office = await openOffice({
    services: [
      {
        id: 'crm',
        name: 'Acme CRM',
        purpose: 'marketing',
        provider: 'Acme Inc.',
        country: 'US',
        safeguard: 'scc',
      },
      { id: 'vague', name: 'Vague', purpose: 'marketing' },
    ],
  });
  page = office.page;
  await page.goto(`${dashboardOf(office.assent)}site?site=${office.site}`);
  await page.getByRole('link', { name: 'Integrations' }).click();
  await page.getByText('Nothing is connected.').waitFor();
});

after(async () => {
  await office?.close();
  receiver?.close();
  if (folder) await rm(folder, { recursive: true });
});

const shown = () => page.getByRole('region', { name: 'Sales CRM' });

const fitsPhone = async (): Promise<void> => {
  await page.setViewportSize({ width: 360, height: 640 });
  assert.equal(await overflow(page), 0);
  assert.deepEqual(await clipped(page), []);
  assert.deepEqual(await violations(page), []);
  await page.setViewportSize({ width: 1280, height: 900 });
};

const verified = ({ headers, body }: Delivery): boolean => {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return headers['webhook-signature']!.split(' ').includes(
    `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
  );
};

test('a system is connected once what it would be sent was seen', async () => {
  assert.deepEqual(await page.getByLabel('Service', { exact: true }).locator('option').allTextContents(), ['Acme CRM']);
  await page.getByLabel('Name').fill('Sales CRM');
  await page.getByLabel('Address that receives').fill('https://10.0.0.7/hook');
  await page.getByLabel('What it is for').fill('Newsletters to those who want them');
  await page.getByLabel('answers per purpose').check();
  await page.getByLabel('Tell also when a visitor’s request is closed').check();
  await page.getByRole('button', { name: 'Show what would be sent' }).click();
  await page.getByText('Give an address that begins with https://').waitFor();
  await page.getByLabel('Address that receives').fill(address);
  await page.getByRole('button', { name: 'Show what would be sent' }).click();
  await page.getByText('It goes to Acme Inc., United States.').waitFor();
  const sample = await page.getByRole('region', { name: 'This is what a grant would send' }).textContent();
  assert.deepEqual(Object.keys(JSON.parse(sample ?? '').data), [
    'site',
    'service',
    'subject',
    'receipt',
    'granted',
    'recordedAt',
    'purposes',
  ]);
  assert.deepEqual(await violations(page), []);
  await fitsPhone();
  await page.getByRole('button', { name: 'Connect, switched off' }).click();
  secret = (await page.getByRole('region', { name: 'The secret of Sales CRM' }).textContent()) ?? '';
  assert.match(secret, /^whsec_/);
  await shown().getByText('Off', { exact: true }).waitFor();
  await shown().getByText('told when one is closed').waitFor();
});

test('visitors read what is shared, before it is switched on', async () => {
  const visit = await office.browser.newContext({ locale: 'en-GB' });
  const shop = await visit.newPage();
  const url = `http://127.0.0.1:${office.assent.port}/shop`;
  const tag = `<script async src="/s/${office.site}.js"></script>`;
  await shop.route(url, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><html lang="en"><title>Shop</title>${tag}<main><h1>Shop</h1></main></html>`,
    }),
  );
  const read = async () => {
    await shop.goto(url);
    await shop.waitForFunction(() => !!(self as any).assent?.has);
    await shop.evaluate(() => assent.open());
    const details = shop.locator('li:has(> label > [data-assent-service="crm"]) details');
    await details.locator('dl').waitFor({ state: 'attached' });
    return (await details.textContent())!;
  };
  await until(async () => (await read()).includes('What is shared'), 'the script follows');
  assert.match(await read(), /What is sharedyour pseudonym .* time of your choice, your answers per purpose/);
  await shop.locator('li:has(> label > [data-assent-service="crm"]) summary').click();
  assert.deepEqual(await violations(shop), []);
  assert.doesNotMatch((await shop.locator('li:has(> label > [data-assent-service="vague"])').textContent())!, /shared/);
  await visit.close();
});

test('a test and a visitor’s decisions arrive, signed', async () => {
  await shown().getByRole('button', { name: 'Send a test' }).click();
  await shown()
    .getByText(/^Taken \(204/)
    .waitFor();
  await shown().getByRole('button', { name: 'Switch on' }).click();
  await shown().getByText('On', { exact: true }).waitFor();
  const visitor = newSecret();
  await decide(office.context, office.assent, office.site, { secret: visitor, purposes: { marketing: true } });
  await until(() => got.length === 2, 'the grant arrives');
  status = 410;
  await decide(office.context, office.assent, office.site, { secret: visitor, purposes: { marketing: false } });
  await until(() => got.length === 3, 'the withdrawal arrives');
  assert.deepEqual(
    got.map(({ body }) => JSON.parse(body).type),
    ['webhook.test', 'consent.granted', 'consent.withdrawn'],
  );
  for (const one of got) assert.ok(verified(one), one.body);
});

test('a dead letter says why, and is sent again', async () => {
  status = 204;
  await page.reload();
  await shown().getByText('Gone', { exact: true }).waitFor();
  await shown().getByText('Deliveries').click();
  await shown().getByRole('table', { name: 'Dead letters' }).getByText('It is no more (410).').waitFor();
  await fitsPhone();
  await shown().getByRole('button', { name: 'Switch on' }).click();
  await shown().getByText('On', { exact: true }).waitFor();
  await shown()
    .getByRole('button', { name: /^Send again/ })
    .click();
  await shown().getByText('One is sent again.').waitFor();
  await until(() => got.length === 4, 'the withdrawal arrives again');
  assert.equal(got[3]!.headers['webhook-id'], got[2]!.headers['webhook-id']);
});

test('what is shared is changed, once it was seen again', async () => {
  await shown().getByRole('button', { name: 'Change' }).click();
  await shown().getByLabel('when it expires').check();
  assert.ok(await shown().getByLabel('answers per purpose').isChecked());
  await shown().getByRole('button', { name: 'Show what would be sent' }).click();
  await shown().getByText('"expiresAt"').waitFor();
  assert.deepEqual(await violations(page), []);
  await shown().getByRole('button', { name: 'Save' }).click();
  await shown().getByText('visitor’s pseudonym, receipt, time, when it expires, answers per purpose').waitFor();
});

test('the secret is renewed, the old one signs too for a day, and the system is removed', async () => {
  await shown().getByRole('button', { name: 'New secret' }).click();
  await shown()
    .getByRole('button', { name: /^Really make a new one/ })
    .click();
  await shown()
    .getByText(/signs beside the new one until/)
    .waitFor();
  const old = secret;
  secret = (await page.getByRole('region', { name: 'The secret of Sales CRM' }).first().textContent()) ?? '';
  await shown().getByRole('button', { name: 'Send a test' }).click();
  await until(() => got.length === 5, 'the test arrives');
  assert.ok(verified(got[4]!));
  secret = old;
  assert.ok(verified(got[4]!));
  assert.deepEqual(await violations(page), []);
  await shown()
    .getByRole('button', { name: /^Remove/ })
    .click();
  await shown()
    .getByRole('button', { name: /^Really remove/ })
    .click();
  await page.getByText('Nothing is connected.').waitFor();
  assert.deepEqual(
    office.said.filter((line) => !line.includes('422')),
    [],
  );
});
