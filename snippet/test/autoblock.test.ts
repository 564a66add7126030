import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Notice } from '../../schemas/types.gen.ts';
import { complaints, meanwhile, until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { ACCEPT, BANNER, REJECT } from './harness/selectors.ts';
import { FAILED, KEPT, NAMES, namesOf, OUTSIDE, tryAll } from './ways.ts';

const lab = openLab();

const notice: Notice = {
  purposes: [{ id: 'analytics' }, { id: 'marketing' }],
  services: [
    { id: 'known', purpose: 'marketing', name: 'Known', hosts: ['vendor.test', '*.vendor.test', 'www.shop.test'] },
    { id: 'exempt', purpose: 'marketing', name: 'Exempt', hosts: ['exempt.test'] },
  ],
  exempt: ['exempt.test', 'spared.vendor.test'],
  languages: ['en'],
  privacyPolicy: '/privacy',
  autoBlock: 'block',
};

let site = '';

const tag = async (attributes = '') => {
  site ||= await lab.world.addSite(notice);
  return lab.world.tag(attributes, site);
};

const host = (name: string) => lab.world.vendor.replace('vendor.test', name);

const told = (page: Page) =>
  page.evaluate(() => ((self as any).told as unknown[][]).map((entry) => entry.join(' ')).sort());

const untilRefused = async (page: Page): Promise<void> => {
  await until(async () => (await told(page)).length >= FAILED.length, 'who asks is told that it failed');
  assert.deepEqual(await told(page), FAILED);
};

const open = async (body = '', head = '') => {
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  const faults = complaints(page);
  await page.goto(lab.world.page('/', html(head + (await tag()), body)));
  await page.waitForSelector(BANNER);
  return { page, faults, close: () => context.close() };
};

test('what scripts insert for a known host waits, starts once on a grant, and waits again after a withdrawal', async () => {
  const { page, faults, close } = await open();
  const { world } = lab;
  await tryAll(page, world.vendor, 'before');
  await meanwhile(500);
  assert.deepEqual(world.hits, []);
  await untilRefused(page);
  await page.click(ACCEPT);
  await until(() => namesOf(world.hits, 'before').length >= KEPT.length, 'what was kept starts');
  await tryAll(page, world.vendor, 'after');
  await until(() => namesOf(world.hits, 'after').length >= NAMES.length, 'everything goes after the grant');
  await meanwhile(300);
  assert.deepEqual(namesOf(world.hits, 'before'), KEPT);
  assert.deepEqual(namesOf(world.hits, 'after'), NAMES);
  assert.equal(await page.evaluate(() => new Set((self as any).ran).size === (self as any).ran.length), true);
  await page.evaluate(() => (self as any).assent.withdraw());
  world.hits = [];
  await tryAll(page, world.vendor, 'withdrawn');
  await meanwhile(500);
  assert.deepEqual(world.hits, []);
  await untilRefused(page);
  assert.deepEqual(faults, []);
  await close();
});

test('a refusal drops the pictures, and a later grant starts the elements alone', async () => {
  const { page, close } = await open();
  await tryAll(page, lab.world.vendor, 'before');
  await page.click(REJECT);
  await tryAll(page, lab.world.vendor, 'refused');
  await meanwhile(300);
  assert.deepEqual(lab.world.hits, []);
  await page.evaluate(() => (self as any).assent.accept());
  const inDocument = KEPT.filter((name) => !OUTSIDE.includes(name));
  for (const mark of ['before', 'refused'])
    await until(() => namesOf(lab.world.hits, mark).length >= inDocument.length, `what is in the page starts: ${mark}`);
  await meanwhile(300);
  for (const mark of ['before', 'refused']) assert.deepEqual(namesOf(lab.world.hits, mark), inDocument);
  await close();
});

test("unknown and exempt hosts and the page's own origin are never touched", async () => {
  const { page, close } = await open();
  const own: string[] = [];
  for (const event of ['request', 'websocket'] as const)
    page.on(event as 'request', (request) => own.push(new URL(request.url()).pathname));
  for (const name of ['other.test', 'exempt.test', 'spared.vendor.test']) {
    await tryAll(page, host(name), name.split('.')[0]!);
    await until(() => namesOf(lab.world.hits, name.split('.')[0]!).length >= NAMES.length, `${name} is asked`);
    assert.deepEqual(namesOf(lab.world.hits, name.split('.')[0]!), NAMES);
  }
  await tryAll(page, lab.world.shop, 'own');
  await until(() => namesOf(own, 'own').length >= NAMES.length, 'the own origin is asked');
  await page.evaluate(
    (address) => {
      new Image().src = address;
    },
    `${host('sub.vendor.test')}/sub.gif`,
  );
  await meanwhile(300);
  assert.ok(!lab.world.hits.includes('/sub.gif'), 'a subdomain of a known host waits');
  await close();
});

test('under a strict policy with Trusted Types what a page makes is held back and starts once, without a complaint', async () => {
  const { world, browser } = lab;
  const policy = `default-src 'none'; script-src 'nonce-dGVzdA' 'strict-dynamic'; style-src 'self'; img-src ${world.vendor}; connect-src ${world.assent}; require-trusted-types-for 'script'; trusted-types assent own`;
  const make = `<script nonce="dGVzdA">
    const own = trustedTypes.createPolicy('own', { createScriptURL: (text) => text, createHTML: (text) => text });
    const made = document.createElement('script');
    made.src = own.createScriptURL('${world.vendor}/made.js');
    document.head.append(made);
    new Image().src = '${world.vendor}/image.gif';
    addEventListener('load', () => document.body.insertAdjacentHTML('beforeend', own.createHTML('<img alt="" src="${world.vendor}/markup.gif">')));
  </script>`;
  const page = await browser.newPage();
  const errors = complaints(page);
  const headers = { 'content-security-policy': policy };
  await page.goto(world.page('/strict', html((await tag('nonce="dGVzdA"')) + make), headers));
  await page.waitForSelector(BANNER);
  await meanwhile(300);
  assert.deepEqual(world.hits, []);
  await page.click(ACCEPT);
  const wanted = ['/image.gif', '/made.js', '/markup.gif'];
  await until(() => world.hits.length >= wanted.length, 'everything is requested');
  await meanwhile(300);
  assert.deepEqual([...world.hits].sort(), wanted);
  assert.deepEqual(errors, []);
  await page.close();
});

test('what stands in a template of the page makes no request when it is cloned, and starts on a grant', async () => {
  const { world } = lab;
  const names = ['/in-template.gif', '/in-template.html', '/in-template.js'];
  const [image, frame, script] = names.map((name) => world.vendor + name);
  const inside = `<img src="${image}" alt=""><iframe src="${frame}" title="f"></iframe><script src="${script}"></script>`;
  const { page, close } = await open(`<template id="row"><section>${inside}</section></template>`);
  await page.evaluate(() =>
    document.body.append((document.querySelector('#row') as HTMLTemplateElement).content.cloneNode(true)),
  );
  await meanwhile(300);
  assert.deepEqual(world.hits, []);
  await page.click(ACCEPT);
  await until(() => world.hits.length >= names.length, 'all three start');
  assert.deepEqual([...world.hits].sort(), names);
  await close();
});

test('markup put into a shadow root makes no request before the grant', async () => {
  const { page, close } = await open();
  await page.evaluate((address) => {
    const box = document.createElement('div');
    document.body.append(box);
    box.attachShadow({ mode: 'open' }).innerHTML = `<iframe src="${address}"></iframe>`;
  }, `${lab.world.vendor}/in-shadow.html`);
  await meanwhile(300);
  assert.deepEqual(lab.world.hits, []);
  await close();
});
