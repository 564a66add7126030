import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complaints, meanwhile, until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { blocking } from './harness/notice.ts';
import { ACCEPT, BANNER } from './harness/selectors.ts';

const lab = openLab();

/** Tags in the page's HTML that nobody annotated. */
const tags = (vendor: string) => `<script src="${vendor}/plain.js"></script>
<script async src="${vendor}/async.js"></script><script defer src="${vendor}/defer.js"></script>
<script type="module" src="${vendor}/module.js"></script><link rel="stylesheet" href="${vendor}/style.css">
<iframe title="t" src="${vendor}/frame.html"></iframe><img alt="" src="${vendor}/pixel.gif">
<script>
  const tag = document.createElement('script');
  tag.onload = () => { self.loaded = 1; };
  tag.src = '${vendor}/inserted.js';
  document.head.append(tag);
  new Image().src = '${vendor}/outside.gif';
  navigator.sendBeacon('${vendor}/beacon.txt');
  assent.on('ready', () => { self.isReady = 1; });
</script>`;

const RAN = ['async', 'defer', 'inserted', 'module', 'plain'];

test('from the stub on nothing of the services runs; the script takes it over and starts each once', async (t) => {
  const { world, browser } = lab;
  const site = await world.addSite(blocking);
  const stub = await world.stub(site);
  const page = await (await browser.newContext()).newPage();
  const faults = complaints(page);
  await page.goto(world.page('/', html(stub, tags(world.vendor) + world.tag('defer', site))));
  await page.waitForSelector(BANNER);
  await meanwhile(500);
  const early = [...new Set(world.hits)].sort();
  t.diagnostic(`static tags that the browser asked for before any script could stop it: ${early.join(' ')}`);
  for (const name of ['/inserted.js', '/outside.gif', '/beacon.txt']) assert.ok(!early.includes(name), name);
  const state = () => page.evaluate(() => [(self as any).ran, (self as any).isReady, document.styleSheets.length]);
  assert.deepEqual(await state(), [undefined, 1, 0]);
  assert.equal(await page.locator('iframe[src], img[src]').count(), 0);
  const defaults = () =>
    page.evaluate(() => (self as any).dataLayer.filter((call: any) => call[1] === 'default').length);
  assert.equal(await defaults(), 1);
  await page.click(ACCEPT);
  await until(async () => (await state())[0]?.length >= RAN.length, 'every script runs');
  await until(() => world.hits.includes('/outside.gif'), 'the picture outside the document follows');
  await until(() => page.evaluate(() => (self as any).loaded === 1), 'who waits for a script hears of it');
  await meanwhile(300);
  assert.deepEqual([...(await state())[0]].sort(), RAN);
  assert.equal(await page.locator('iframe[src], img[src], link[href]').count(), 3);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('without the script nothing of the services runs, and early calls do not fail', async () => {
  const { world, browser } = lab;
  const stub = await world.stub(await world.addSite(blocking));
  const page = await (await browser.newContext()).newPage();
  const faults = complaints(page);
  await page.goto(world.page('/', html(stub, tags(world.vendor))));
  await meanwhile(500);
  assert.equal(await page.evaluate(() => (self as any).ran), undefined);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a service whose hosts take in the server of the script keeps neither the script nor decisions from it', async () => {
  const { world, browser } = lab;
  const hosts = ['*.test'];
  const site = await world.addSite({ ...blocking, services: [{ ...blocking.services![0]!, hosts }] });
  const page = await (await browser.newContext()).newPage();
  const faults = complaints(page);
  const head = (await world.stub(site)) + world.tag('async', site);
  await page.goto(world.page('/own', html(head, tags(world.vendor))));
  await page.click(ACCEPT);
  await until(() => world.posts.length === 1, 'the decision is sent');
  await until(() => page.evaluate(() => !!(self as any).assent.receipt()), 'and recorded');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('whatever queue or older stub a page has in its head, the script works and auto-block stops what scripts insert', async () => {
  const { world, browser } = lab;
  const [off, block] = [await world.addSite({ ...blocking, autoBlock: 'off' }), await world.addSite(blocking)];
  const line = `<script>window.assent||(window.assent=new Proxy({q:[]},{get:(t,m)=>m in t?t[m]:(...a)=>{t.q.push([m,...a])}}))</script>`;
  for (const head of ['', line, await world.stub(off), await world.stub(block)]) {
    const page = await (await browser.newContext()).newPage();
    const faults = complaints(page);
    world.reset();
    await page.goto(world.page('/', html(head + world.tag('', block))));
    await page.waitForSelector(BANNER);
    await page.evaluate((src) => {
      document.head.append(Object.assign(document.createElement('script'), { src }));
    }, `${world.vendor}/inserted.js`);
    await page.click(ACCEPT);
    await until(() => page.evaluate(() => `${(self as any).ran}` === 'inserted'), 'it starts with the grant');
    assert.deepEqual(world.hits, ['/inserted.js'], 'and was not asked for before');
    assert.deepEqual(faults, []);
    await page.context().close();
  }
});
