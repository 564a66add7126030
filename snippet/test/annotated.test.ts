import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { complaints, meanwhile, until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { blocking } from './harness/notice.ts';
import { ACCEPT, BANNER } from './harness/selectors.ts';

const lab = openLab();

const ran = (page: Page) => page.evaluate(() => [...((self as any).ran || [])].sort());
const shown = (page: Page) => page.locator('iframe[src], img[src], link[href][rel=stylesheet]').count();
const accept = (page: Page, ...ids: string[]) => page.evaluate((list) => (self as any).assent.accept(list), ids);

/** Tags that say that they wait and are written as if they did not: without data-, without the type. */
const live = (name: string) => {
  const at = `${lab.world.vendor.replace('vendor', name)}/${name}`;
  return `<script data-assent="analytics" src="${at}-plain.js"></script>
<script defer data-assent="analytics" src="${at}-defer.js"></script>
<script type="module" data-assent="analytics" src="${at}-module.js"></script>
<script data-assent="analytics">(self.ran ||= []).push('inline')</script>
<iframe title="t" data-assent="analytics" src="${at}-frame.html"></iframe>
<img alt="" data-assent="analytics" src="${at}-image.gif">
<link rel="stylesheet" data-assent="analytics" href="${at}-style.css">`;
};

const KINDS = ['defer', 'module', 'plain'];

for (const name of ['vendor', 'unknown'])
  for (const hasStub of [false, true])
    test(`what is annotated and live does not run and is emptied, host ${name}, ${hasStub ? 'with' : 'without'} the stub`, async () => {
      const { world, browser } = lab;
      const site = await world.addSite(blocking);
      const page = await (await browser.newContext()).newPage();
      const faults = complaints(page);
      const head = hasStub ? await world.stub(site) : world.tag('', site);
      await page.goto(world.page('/', html(head, live(name) + (hasStub ? world.tag('defer', site) : ''))));
      await page.waitForSelector(BANNER);
      await meanwhile(300);
      assert.deepEqual([await ran(page), await shown(page)], [[], 0]);
      await accept(page, 'marketing');
      await meanwhile(200);
      assert.deepEqual([await ran(page), await shown(page)], [[], 0], 'what it names counts, and not its host');
      world.reset();
      await accept(page, 'analytics');
      const all = ['inline', ...KINDS.map((kind) => `${name}-${kind}`)].sort();
      await until(async () => (await ran(page)).length >= all.length, 'every script runs');
      await meanwhile(200);
      assert.deepEqual([await ran(page), await shown(page)], [all, 3]);
      assert.ok(world.hits.includes(`/${name}-frame.html`));
      await accept(page);
      assert.equal(await shown(page), 0, 'a withdrawal empties them');
      assert.deepEqual(faults, []);
      await page.context().close();
    });

test('what scripts insert with an annotation and a live address makes no request before the grant', async () => {
  const { world, browser } = lab;
  const site = await world.addSite(blocking);
  const page = await (await browser.newContext()).newPage();
  await page.goto(world.page('/', html(world.tag('', site))));
  await page.waitForSelector(BANNER);
  await page.evaluate(
    (at) => {
      const [first, last, inline] = [0, 1, 2].map(() => document.createElement('script')) as [any, any, any];
      first.dataset.assent = 'analytics';
      first.src = `${at}/first.js`;
      last.src = `${at}/last.js`;
      last.dataset.assent = 'analytics';
      inline.dataset.assent = 'analytics';
      inline.text = `(self.ran ||= []).push('inline')`;
      document.body.append(first, last, inline);
      document.body.insertAdjacentHTML(
        'beforeend',
        `<img alt="" data-assent="analytics" src="${at}/image.gif"><iframe data-assent=analytics src='${at}/frame.html'></iframe>
<img alt="" data-assent="analytics" data-src="${at}/late.gif" src="/own.gif">`,
      );
    },
    lab.world.vendor.replace('vendor', 'unknown'),
  );
  await meanwhile(300);
  assert.deepEqual([world.hits, await ran(page)], [[], []]);
  await page.click(ACCEPT);
  const wanted = ['/first.js', '/frame.html', '/image.gif', '/last.js', '/late.gif'];
  await until(() => world.hits.length >= wanted.length, 'all start');
  await meanwhile(200);
  assert.deepEqual([...world.hits].sort(), wanted);
  assert.deepEqual(await ran(page), ['first', 'inline', 'last']);
  await page.context().close();
});

test('with the stub, what waits as the manual says starts once, of its own type and text', async () => {
  const { world, browser } = lab;
  const site = await world.addSite(blocking);
  const page = await (await browser.newContext()).newPage();
  const body = `<script type="text/plain" data-assent="known" src="${world.vendor}/tag.js"></script>
<script type="text/plain" data-type="module" data-assent="known" src="${world.vendor}/module.js"></script>
<script type="text/plain" data-assent="known">(self.ran ||= []).push('inline')</script>
<script type="text/plain" data-assent="known">(self.ran ||= []).push('another')</script>
<iframe title="t" data-assent="known" data-src="${world.vendor}/frame.html"></iframe>
<img alt="" data-assent="known" data-src="${world.vendor}/image.gif" src="/own.gif">
<script>
  const made = document.createElement('script');
  made.type = 'text/plain';
  made.dataset.assent = 'known';
  made.src = '${world.vendor}/made.js';
  document.head.append(made);
</script>`;
  await page.goto(world.page('/', html(await world.stub(site), body + world.tag('defer', site))));
  await page.waitForSelector(BANNER);
  await meanwhile(300);
  assert.deepEqual([world.hits, await ran(page)], [[], []]);
  await page.click(ACCEPT);
  await until(async () => (await ran(page)).length >= 5, 'every script runs');
  await until(() => world.hits.length >= 5, 'frame and image load');
  await meanwhile(200);
  assert.deepEqual(await ran(page), ['another', 'inline', 'made', 'module', 'tag']);
  assert.deepEqual([...world.hits].sort(), ['/frame.html', '/image.gif', '/made.js', '/module.js', '/tag.js']);
  await page.context().close();
});

test('with the stub, what silence grants or was granted before starts by itself, once', async () => {
  const { world, browser } = lab;
  const body = `<script src="${world.vendor}/tag.js"></script><iframe title="t" src="${world.vendor}/frame.html"></iframe>
<script>
  const made = document.createElement('script');
  made.src = '${world.vendor}/made.js';
  document.head.append(made);
  new Image().src = '${world.vendor}/outside.gif';
</script>`;
  for (const regime of ['opt-in', 'opt-out'] as const) {
    const site = await world.addSite({ ...blocking, regime });
    const context = await browser.newContext();
    const page = await context.newPage();
    if (regime === 'opt-in') {
      await page.goto(world.page('/before', html(world.tag('', site))));
      await page.click(ACCEPT);
    }
    world.reset();
    await page.goto(world.page('/', html(await world.stub(site), body + world.tag('defer', site))));
    await until(async () => (await ran(page)).length >= 2, `the scripts run under ${regime}`);
    await until(() => world.hits.includes('/outside.gif') && world.hits.includes('/frame.html'), 'the rest loads');
    await meanwhile(200);
    assert.deepEqual(await ran(page), ['made', 'tag']);
    assert.equal(await page.locator('iframe[src]').count(), 1);
    await context.close();
  }
});

test('"Load once" shows a frame that nobody annotated, until the next refusal', async () => {
  const { world, browser } = lab;
  const site = await world.addSite(blocking);
  const page = await (await browser.newContext()).newPage();
  await page.goto(world.page('/', html(world.tag('', site))));
  await page.evaluate((address) => {
    const frame = document.createElement('iframe');
    Object.assign(frame, { width: '400', height: '300', src: address });
    document.body.append(frame);
  }, `${world.vendor}/film.html`);
  await page.click('[data-assent-embed]:not([hidden]) button:first-child');
  await until(() => world.hits.length === 1, 'it is loaded');
  await meanwhile(200);
  assert.deepEqual([world.hits, await shown(page)], [['/film.html'], 1]);
  await page.evaluate(() => (self as any).assent.reject());
  await until(async () => (await shown(page)) === 0, 'it is taken away');
  await page.context().close();
});

test('a text that ran before the script was there does not run again', async () => {
  const { world, browser } = lab;
  const site = await world.addSite(blocking);
  const page = await (await browser.newContext()).newPage();
  const text = `<script data-assent="analytics">(self.ran ||= []).push('text')</script>`;
  await page.goto(world.page('/', html(text + world.tag('async', site), '<p>Text</p>'.repeat(99))));
  await page.click(ACCEPT);
  await meanwhile(300);
  assert.deepEqual(await ran(page), ['text']);
  await page.context().close();
});

test('under a policy of nonces what is annotated and live starts once it is granted, on later pages too', async () => {
  const { world, browser } = lab;
  const site = await world.addSite(blocking);
  const page = await (await browser.newContext()).newPage();
  const headers = { 'content-security-policy': `script-src 'nonce-dGVzdA' 'strict-dynamic'` };
  const body = `<script data-assent="analytics" src="${world.vendor}/tag.js"></script>`;
  world.page('/', html(world.tag('nonce="dGVzdA"', site), body), headers);
  for (const visit of ['first', 'later']) {
    world.reset();
    await page.goto(`${world.shop}/`);
    if (visit === 'first') await page.click(ACCEPT);
    await until(async () => (await ran(page)).length > 0, `it starts on the ${visit} page`);
    await meanwhile(200);
    assert.deepEqual([await ran(page), world.hits], [['tag'], ['/tag.js']]);
  }
  await page.context().close();
});

test('without autoBlock, what is annotated and live is emptied until a grant, scripts excepted', async () => {
  const { world, browser } = lab;
  const page = await (await browser.newContext()).newPage();
  await page.goto(world.page('/', html(world.tag(), live('vendor'))));
  await page.waitForSelector(BANNER);
  await until(async () => (await shown(page)) === 0, 'frame, image and style sheet are emptied');
  await page.click(ACCEPT);
  await until(async () => (await shown(page)) === 3, 'they come back');
  await page.context().close();
});
