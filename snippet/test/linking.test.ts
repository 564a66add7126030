import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { signal, until, untilRecorded } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { usual } from './harness/notice.ts';
import { ACCEPT, BANNER, OPEN, REJECT } from './harness/selectors.ts';

const lab = openLab();

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as the site's server makes it (deploy/LINKING.md). */
const tokenFor = (site: string, secret: string, account: string): string => {
  const sub = createHash('sha256').update(`assent/account/1\n${site}\n${account}`).digest('base64url');
  const claims = { aud: site, sub, exp: Math.floor(Date.now() / 1000) + 300 };
  const text = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};

const settle = async (path: string) => {
  const { world, browser } = lab;
  const site = await world.addSite(usual);
  const secret = await world.link(site);
  const tag = `<script type="text/plain" data-assent="marketing" src="${world.vendor}/pixel.js"></script>`;
  const url = world.page(path, html(world.tag('async', site) + tag));
  /** Another device of the person: nothing is shared but the account. */
  const device = async (options: Parameters<typeof browser.newContext>[0] = {}): Promise<Page> => {
    const page = await (await browser.newContext(options)).newPage();
    await page.goto(url);
    await page.waitForFunction(() => !!(self as any).assent?.has);
    return page;
  };
  const link = (page: Page, account = 'user 1') =>
    page.evaluate((token) => assent.link!(token), tokenFor(site, secret, account));
  return { site, device, link };
};

const ran = (page: Page) => page.evaluate(() => ((self as any).ran || []).includes('pixel'));
const has = (page: Page) => page.evaluate(() => assent.has('marketing'));

test('a choice follows to another browser of the account and no further after unlinking', async () => {
  const { device, link } = await settle('/linked');
  const phone = await device();
  await phone.click(ACCEPT);
  await untilRecorded(phone);
  await link(phone);

  const laptop = await device();
  await laptop.waitForSelector(BANNER);
  assert.equal(await ran(laptop), false, 'nothing ran before');
  const changes = laptop.evaluate(
    () => new Promise((told) => addEventListener('assent:change', (event) => told((event as CustomEvent).detail))),
  );
  await link(laptop);
  await laptop.waitForSelector(OPEN);
  await until(() => ran(laptop), 'the tag runs');
  const change = (await changes) as { action: string; source: string; subject: string };
  assert.deepEqual([change.action, change.source], ['accept-all', 'account']);
  const { id, receipt } = await laptop.evaluate(() => assent.receipt()!);
  const record = await lab.world.recorded(receipt);
  assert.deepEqual([record.id, record.source, record.subject], [id, 'account', change.subject]);
  assert.notEqual(record.subject, (await phone.evaluate(() => assent.get())).subject, 'proof stays per browser');

  await laptop.reload();
  await laptop.waitForSelector(OPEN);
  await until(() => ran(laptop), 'it runs again');
  await laptop.evaluate(() => assent.reject());
  await untilRecorded(laptop);
  await phone.reload();
  await until(() => ran(phone), 'the tag still runs there');
  await link(phone);
  assert.equal(await has(phone), false, 'a later refusal follows back');
  await phone.reload();
  await phone.waitForSelector(OPEN);
  assert.equal(await ran(phone), false, 'and nothing runs');

  await laptop.evaluate(() => assent.unlink!());
  await phone.evaluate(() => assent.accept());
  await untilRecorded(phone);
  await laptop.reload();
  await laptop.waitForSelector(OPEN);
  assert.equal(await has(laptop), false, 'an unlinked browser keeps its own');
  await Promise.all([phone, laptop].map((page) => page.context().close()));
});

test('what was chosen here is not overruled by an older choice, by another account, or by a token that is not accepted', async () => {
  const { device, link } = await settle('/own');
  const phone = await device();
  await phone.click(ACCEPT);
  await untilRecorded(phone);
  await link(phone);
  const laptop = await device();
  await laptop.click(REJECT);
  await untilRecorded(laptop);
  await link(laptop);
  assert.equal(await has(laptop), false);
  const stranger = await device();
  await link(stranger, 'user 2');
  await stranger.evaluate(() => assent.link!('a.b.c'));
  await stranger.waitForSelector(BANNER);
  assert.equal(await stranger.evaluate(() => assent.get().pending), true);
  await Promise.all([phone, laptop, stranger].map((page) => page.context().close()));
});

test('a privacy signal wins over a grant from another browser', async () => {
  const { device, link } = await settle('/signal');
  const phone = await device();
  await phone.click(ACCEPT);
  await untilRecorded(phone);
  await link(phone);
  const context = await lab.browser.newContext();
  await signal(context);
  const laptop = await context.newPage();
  await laptop.goto(phone.url());
  await untilRecorded(laptop);
  await link(laptop);
  assert.deepEqual(await laptop.evaluate(() => ['analytics', 'marketing'].map((id) => assent.has(id))), [true, false]);
  assert.equal(await ran(laptop), false);
  await Promise.all([phone, laptop].map((page) => page.context().close()));
});

test('a script has the calls only where its site links', async () => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/plain', html(lab.world.tag())));
  await page.waitForSelector(BANNER);
  assert.equal(await page.evaluate(() => 'link' in assent || 'unlink' in assent), false);
  await page.close();
});
