import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import type { Notice } from '../../schemas/types.gen.ts';
import { complaints, meanwhile, until, untilRecorded } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { ACCEPT, BANNER, PREFERENCES } from './harness/selectors.ts';

// A decision of adequacy that has ended: a service that rests on it is suspended.
const folder = mkdtempSync(join(tmpdir(), 'assent-adequacy-'));
const list = join(folder, 'adequacy.json');
writeFileSync(
  list,
  JSON.stringify({ decisions: [{ country: 'US', act: 'ended', from: '2016-07-12', until: '2020-07-15' }] }),
);
after(() => rmSync(folder, { recursive: true }));

const lab = openLab('--adequacy', list);

type AutoBlock = NonNullable<Notice['autoBlock']>;

const shop = (autoBlock: AutoBlock, safeguard: 'adequacy' | 'scc' | 'bcr'): Notice => ({
  purposes: [{ id: 'analytics' }, { id: 'marketing' }],
  services: [
    {
      id: 'known',
      purpose: 'marketing',
      name: 'Known',
      provider: 'Known Inc',
      hosts: ['vendor.test'],
      cookies: ['_known'],
      country: 'US',
      safeguard,
      retention: 'P1D',
    },
    { id: 'near', purpose: 'marketing', name: 'Near', provider: 'Near GmbH', hosts: ['near.test'], country: 'DE' },
  ],
  languages: ['en'],
  privacyPolicy: '/privacy',
  autoBlock,
});

const tags = (): string => {
  const { vendor } = lab.world;
  const near = vendor.replace('vendor', 'near');
  return `<script type="text/plain" data-assent="known" src="${vendor}/by-name.js"></script>
<script type="text/plain" data-assent="marketing" src="${vendor}/by-purpose.js"></script>
<script src="${vendor}/by-nothing.js"></script>
<iframe title="t" data-assent="known" data-src="${vendor}/frame.html"></iframe>
<script type="text/plain" data-assent="marketing" src="${near}/near.js"></script>`;
};

/** What a visitor who was here before finds. No copy of the script is used: that is the caches' part. */
const visit = async (context: BrowserContext, site: string): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag('', site), tags())));
  await page.waitForFunction(() => !!(self as any).assent);
  await meanwhile(300);
  return page;
};

const newVisitor = async (): Promise<BrowserContext> => {
  const context = await lab.browser.newContext();
  await context.route('**/*', (route) => route.continue());
  return context;
};

const ran = (page: Page): Promise<string[]> => page.evaluate(() => [...((self as any).ran || [])].sort());
const has = (page: Page, id: string): Promise<boolean> => page.evaluate((one) => (self as any).assent.has(one), id);
const all = ['by-name', 'by-nothing', 'by-purpose', 'near'];

for (const autoBlock of ['off', 'report', 'block'] as const)
  test(`whatever a visitor granted, a suspended service is held back until its safeguard is replaced (auto-block ${autoBlock})`, async () => {
    const { world } = lab;
    const site = await world.addSite(shop(autoBlock, 'scc'));
    const early = await newVisitor();
    const first = await visit(early, site);
    const faults = complaints(first);
    await first.click(ACCEPT);
    await until(async () => (await ran(first)).length === all.length, 'everything runs that was granted');
    await untilRecorded(first);
    await first.evaluate(() => (document.cookie = '_known=1'));

    await world.publish(site, shop(autoBlock, 'adequacy'));
    world.reset();
    const second = await visit(early, site);
    assert.deepEqual(
      [await ran(second), await has(second, 'known'), await has(second, 'near')],
      [['near'], false, true],
    );
    assert.ok(!world.hits.includes('/frame.html') && !world.hits.includes('/by-name.js'), `${world.hits}`);
    assert.ok(!(await second.evaluate(() => document.cookie)).includes('_known'), 'what it left is cleared');
    assert.equal(
      await second.locator(`${BANNER}, [data-assent-embed]`).count(),
      0,
      'nobody is asked or offered anything',
    );
    await second.evaluate(() => (self as any).assent.open());
    await second.waitForSelector(PREFERENCES);
    assert.deepEqual(
      await second.$$eval('[data-assent-service]', (found) =>
        found.map((one) => (one as HTMLElement).dataset.assentService),
      ),
      ['near'],
    );
    await second.evaluate(() => (self as any).assent.accept(['known']));
    assert.equal(await has(second, 'known'), false, 'no other way grants it');
    await second.close();

    const late = await newVisitor();
    const third = await visit(late, site);
    world.reset();
    await third.click(ACCEPT);
    await until(async () => (await ran(third)).length === 1, 'the other service runs');
    await untilRecorded(third);
    const receipt = await third.evaluate(() => (self as any).assent.receipt().receipt);
    const { services, purposes, flags } = await world.recorded(receipt);
    assert.deepEqual([services, purposes.marketing], [{ known: false }, true]);
    assert.ok(flags.includes('suspended'), `${flags}`);
    assert.deepEqual(faults, []);

    await world.publish(site, shop(autoBlock, 'bcr'));
    const fourth = await visit(late, site);
    await fourth.waitForSelector(BANNER);
    assert.equal(await has(fourth, 'known'), false, 'who was not asked about it is asked now');
    await Promise.all([early.close(), late.close()]);
  });

test('an older grant holds again when the safeguard is replaced, and nobody is asked', async () => {
  const { world } = lab;
  const site = await world.addSite(shop('off', 'scc'));
  const visitor = await newVisitor();
  const first = await visit(visitor, site);
  await first.click(ACCEPT);
  await untilRecorded(first);
  await world.publish(site, shop('off', 'adequacy'));
  const second = await visit(visitor, site);
  assert.deepEqual(await ran(second), ['near']);
  await world.publish(site, shop('off', 'bcr'));
  const third = await visit(visitor, site);
  await until(async () => (await ran(third)).length === all.length, 'everything runs again');
  assert.deepEqual([await ran(third), await third.locator(BANNER).count()], [all, 0]);
  await visitor.close();
});
