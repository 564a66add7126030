import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Notice } from '../../schemas/types.gen.ts';
import { meanwhile, startBrowser, until } from './harness/browser.ts';
import { html } from './harness/lab.ts';
import { BANNER } from './harness/selectors.ts';
import { startWorld, type World } from './harness/world.ts';

// Two services on one host, told apart by their ports: the one that browsers leave out, and another one.
const notice: Notice = {
  purposes: [{ id: 'analytics' }, { id: 'marketing' }],
  services: [
    { id: 'usual', purpose: 'analytics', name: 'Usual', hosts: ['shared.test:80'] },
    { id: 'other', purpose: 'marketing', name: 'Other', hosts: ['shared.test:8443', '*.shared.test:8443'] },
  ],
  exempt: ['shared.test:8444'],
  languages: ['en'],
  privacyPolicy: '/privacy',
  autoBlock: 'block',
};

let world: World;
let browser: Browser;
let site = '';

before(async () => {
  world = await startWorld();
  const ports = [80, 8443, 8444].map((port) => `MAP *shared.test:${port} 127.0.0.1:${world.port}, `);
  browser = await startBrowser(ports.join(''));
  site = await world.addSite(notice);
});

after(async () => {
  await browser?.close();
  await world?.stop();
});

beforeEach(() => world.reset());

const ask = (page: Page, mark: string) =>
  page.evaluate(
    ([at, own]) => {
      const addresses = [
        'http://shared.test',
        'http://shared.test:8443',
        'http://a.shared.test:8443',
        'http://shared.test:8444',
        own!,
      ];
      for (const [i, address] of addresses.entries()) new Image().src = `${address}/${at}-${i}.gif`;
    },
    [mark, `http://shared.test:${world.port}`],
  );

const hits = (mark: string) =>
  world.hits
    .filter((hit) => hit.startsWith(`/${mark}-`))
    .map((hit) => hit.match(/\d+(?=\.)/)![0])
    .sort()
    .join('');

for (const hasStub of [false, true])
  test(`a grant to one of two services on a host frees that one alone, ${hasStub ? 'with' : 'without'} the stub`, async () => {
    const page = await browser.newPage();
    const head = hasStub ? await world.stub(site) : '';
    await page.goto(world.page('/', html(head + world.tag(hasStub ? 'defer' : '', site))));
    await page.waitForSelector(BANNER);
    await ask(page, 'before');
    await meanwhile(300);
    assert.equal(hits('before'), '34', 'what is exempt and what nobody named goes');
    await page.evaluate(() => (self as any).assent.accept(['analytics']));
    await until(() => hits('before') === '034', 'the granted one follows');
    await ask(page, 'usual');
    await meanwhile(300);
    assert.equal(hits('usual'), '034');
    await page.evaluate(() => (self as any).assent.accept(['marketing']));
    await ask(page, 'other');
    await until(() => hits('other') === '1234', 'the other one is free, and the first waits');
    await meanwhile(200);
    assert.deepEqual([hits('before'), hits('other')], ['034', '1234']);
    await page.context().close();
  });
