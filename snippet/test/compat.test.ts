import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notice } from '../../schemas/types.gen.ts';
import { complaints, meanwhile, until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { ACCEPT, BANNER } from './harness/selectors.ts';

const lab = openLab();

/** As each tool's manual marks up an inline script, an external one and a frame. V is the vendor's address. */
const PAGES: Record<string, string> = {
  cookiebot: `<script type="text/plain" data-cookieconsent="statistics">(self.ran ||= []).push('inline')</script>
<script type="text/plain" data-cookieconsent="marketing,statistics" src="V/external.js"></script>
<iframe title="t" data-cookieconsent="marketing" data-cookieblock-src="V/frame.html"></iframe>`,
  onetrust: `<script type="text/plain" class="optanon-category-C0002">(self.ran ||= []).push('inline')</script>
<script type="text/plain" class="x optanon-category-C0002-C0004" src="V/external.js"></script>
<iframe title="t" class="optanon-category-C0004" data-src="V/frame.html"></iframe>`,
  klaro: `<script type="text/plain" data-type="application/javascript" data-name="tracker">(self.ran ||= []).push('inline')</script>
<script type="text/plain" data-name="tracker" data-src="V/external.js"></script>
<iframe title="t" data-name="tracker" data-src="V/frame.html"></iframe>`,
  'vanilla-cookieconsent': `<script type="text/plain" data-category="analytics">(self.ran ||= []).push('inline')</script>
<script type="text/plain" data-category="ads" data-service="tracker" data-src="V/external.js"></script>
<script type="text/plain" data-category="!analytics" src="V/never.js"></script>
<iframe title="t" data-category="marketing" data-src="V/frame.html"></iframe>`,
  cookieyes: `<script data-cookieyes="cookieyes-analytics">(self.ran ||= []).push('inline')</script>
<script data-cookieyes="cookieyes-advertisement" src="V/external.js"></script>
<iframe title="t" data-cookieyes="cookieyes-advertisement" src="V/frame.html"></iframe>`,
  iubenda: `<script type="text/plain" class="_iub_cs_activate-inline" data-iub-purposes="4">(self.ran ||= []).push('inline')</script>
<script type="text/plain" class="_iub_cs_activate" data-iub-purposes="4,5" data-suppressedsrc="V/external.js"></script>
<iframe title="t" class="_iub_cs_activate" suppressedsrc="V/frame.html"></iframe>`,
  complianz: `<script type="text/plain" data-category="statistics">(self.ran ||= []).push('inline')</script>
<script type="text/plain" data-service="tracker" data-category="marketing" data-cmplz-src="V/external.js"></script>
<iframe title="t" data-category="marketing" data-cmplz-src="V/frame.html"></iframe>`,
  usercentrics: `<script type="text/plain" data-usercentrics="Some Tracker">(self.ran ||= []).push('inline')</script>
<script type="text/plain" data-usercentrics="Some Tracker" src="V/external.js"></script>
<iframe title="t" data-usercentrics="Some Tracker" data-src="V/frame.html"></iframe>`,
};

const notice = (tool: string, autoBlock: NonNullable<Notice['autoBlock']> = 'off'): Notice => ({
  purposes: [{ id: 'analytics' }, { id: 'marketing' }],
  services: [{ id: 'tracker', purpose: 'marketing', name: 'Some Tracker', hosts: ['vendor.test'] }],
  languages: ['en'],
  privacyPolicy: '/privacy',
  autoBlock,
  compat: [tool as NonNullable<Notice['compat']>[number]],
});

const tries = Object.keys(PAGES).flatMap((tool) => (['off', 'block'] as const).map((mode) => [tool, mode] as const));

for (const [tool, autoBlock] of tries)
  test(`the markup of ${tool} waits for a grant and then starts, once, with autoBlock ${autoBlock}`, async () => {
    const { world, browser } = lab;
    const site = await world.addSite(notice(tool, autoBlock));
    const context = await browser.newContext();
    const page = await context.newPage();
    // What carries no mark of a tool that needs none must be met by a script that is there before it.
    const tag = world.tag(tool === 'cookieyes' ? '' : 'async', site);
    await page.goto(world.page('/', html(tag, PAGES[tool]!.replaceAll('V/', `${world.vendor}/`))));
    await page.waitForSelector(BANNER);
    await meanwhile(300);
    // Nobody can stop the browser from fetching ahead what carries its address openly.
    if (tool !== 'cookieyes') assert.deepEqual(world.hits, []);
    assert.equal(await page.evaluate(() => (self as any).ran), undefined);
    await page.click(ACCEPT);
    const hits = () => [...new Set(world.hits)].sort();
    await until(
      async () => hits().length === 2 && (await page.evaluate(() => (self as any).ran?.length)) === 2,
      'everything starts',
    );
    await meanwhile(200);
    assert.deepEqual(hits(), ['/external.js', '/frame.html']);
    assert.deepEqual(await page.evaluate(() => [...(self as any).ran].sort()), ['external', 'inline']);
    await context.close();
  });

test("another tool's markup starts under a strict policy with Trusted Types, without a complaint", async () => {
  const { world, browser } = lab;
  const site = await world.addSite(notice('cookiebot'));
  const policy = `default-src 'none'; script-src 'nonce-dGVzdA' 'strict-dynamic'; style-src 'self'; frame-src ${world.vendor}; connect-src ${world.assent}; require-trusted-types-for 'script'; trusted-types assent`;
  const markup = PAGES.cookiebot!.replaceAll('V/', `${world.vendor}/`).replaceAll(
    '<script ',
    '<script nonce="dGVzdA" ',
  );
  const page = await browser.newPage();
  const errors = complaints(page);
  const headers = { 'content-security-policy': policy };
  await page.goto(world.page('/strict', html(world.tag('nonce="dGVzdA"', site), markup), headers));
  await page.waitForSelector(BANNER);
  await meanwhile(300);
  assert.deepEqual(world.hits, []);
  await page.click(ACCEPT);
  await until(() => world.hits.length >= 2, 'the script and the frame are requested');
  await until(() => page.evaluate(() => (self as any).ran?.length === 2), 'both scripts run');
  assert.deepEqual([...world.hits].sort(), ['/external.js', '/frame.html']);
  assert.deepEqual(errors, []);
  await page.close();
});
