import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanwhile, until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { ACCEPT, BANNER, OPEN, REJECT } from './harness/selectors.ts';

const lab = openLab();

/** One annotated element of each kind, all gated. */
const gated = () => `
<script type="text/plain" data-assent="analytics" src="${lab.world.vendor}/external.js"></script>
<script type="text/plain" data-assent="analytics">(self.ran ||= []).push('inline')</script>
<script type="text/plain" data-type="module" data-assent="analytics" src="${lab.world.vendor}/module.js"></script>
<script type="text/plain" data-assent="analytics marketing" src="${lab.world.vendor}/both.js"></script>
<script type="text/plain" data-assent="meta-pixel" src="${lab.world.vendor}/service.js"></script>
<link rel="stylesheet" data-assent="marketing" data-href="${lab.world.vendor}/style.css">
<iframe title="video" data-assent="youtube" data-src="${lab.world.vendor}/frame.html"></iframe>
<img alt="" data-assent="marketing" data-src="${lab.world.vendor}/pixel.gif">`;

const ALL = ['/both.js', '/external.js', '/frame.html', '/module.js', '/pixel.gif', '/service.js', '/style.css'];
const RAN = ['both', 'external', 'inline', 'module', 'service'];

const sorted = (list: readonly string[]) => [...list].sort();

// A function's source is evaluated in the page.
const ran = () => [...((self as unknown as { ran?: string[] }).ran || [])].sort();

const insertLater = (vendor: string) => {
  const script = document.createElement('script');
  script.type = 'text/plain';
  script.dataset.assent = 'analytics';
  script.src = `${vendor}/later.js`;
  const box = document.createElement('div');
  box.append(script);
  document.body.append(box);
};

// Threat B5.1
test('nothing is requested before a choice, each gated element exactly once after Accept all', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  await page.goto(world.page('/', html(world.tag() + gated(), gated().replaceAll('.js', '.js?body'))));
  await page.waitForSelector(BANNER);
  await page.evaluate(insertLater, world.vendor);
  await meanwhile(300);
  assert.deepEqual(world.hits, []);
  await page.click(ACCEPT);
  const scripts = (query: string) => ALL.filter((name) => name.endsWith('.js')).map((name) => name + query);
  const expected = [...scripts(''), ...scripts('?body'), '/later.js', '/frame.html', '/frame.html'];
  await until(() => world.hits.length >= expected.length + 2, 'every gated address is asked for');
  await meanwhile(300);
  // The two copies of the picture and of the style sheet share an address, which the browser may fetch once.
  const counted = world.hits.filter((hit) => !/gif|css/.test(hit));
  assert.deepEqual(sorted(counted), sorted(expected));
  assert.deepEqual(await page.evaluate(ran), sorted([...RAN, ...RAN, 'later']));
  await page.close();
});

test('Reject all starts nothing, on this page and on later ones', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  await page.goto(world.page('/', html(world.tag() + gated())));
  await page.click(REJECT);
  await page.evaluate(insertLater, world.vendor);
  await page.reload();
  await page.waitForSelector(OPEN);
  await page.evaluate(insertLater, world.vendor);
  await meanwhile(500);
  assert.deepEqual(world.hits, []);
  assert.equal(await page.locator(BANNER).count(), 0);
  await page.close();
});

test('a stored choice starts the tags without asking the server first', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  await page.goto(world.page('/', html(world.tag() + gated())));
  await page.click(ACCEPT);
  await until(
    () => page.evaluate(() => document.cookie.match(/assent=1\.[\w-]*\.\w+\.[\w-]{22}\./) !== null),
    'the subject is known',
  );
  world.reset();
  await page.reload();
  await until(() => world.hits.length === ALL.length, 'every tag starts');
  await meanwhile(300);
  assert.deepEqual(sorted(world.hits), ALL);
  assert.deepEqual(
    world.log.filter((entry) => entry.startsWith('assent') && !entry.includes('/s/')),
    [],
  );
  await page.close();
});

test('frames that are parsed after the script load for a visitor who has granted', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  const frames = [1, 2, 3].map(
    (i) => `<iframe title="film" data-assent="youtube" data-src="${world.vendor}/film${i}.html"></iframe><p>Text</p>`,
  );
  await page.goto(world.page('/', html(world.tag(''), frames.join(''))));
  await page.click(ACCEPT);
  await until(() => world.hits.length === 3, 'they load after the grant');
  world.reset();
  await page.reload();
  await until(() => world.hits.length >= 3, 'they load on the next visit');
  await meanwhile(300);
  assert.deepEqual(sorted(world.hits), ['/film1.html', '/film2.html', '/film3.html']);
  await page.close();
});

test('accepting, withdrawing and accepting again never runs a script twice', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  await page.goto(world.page('/', html(world.tag() + gated())));
  await page.waitForSelector(BANNER);
  for (let round = 0; round < 3; round++) {
    await page.evaluate(() => (self as any).assent.accept());
    await meanwhile(100);
    await page.evaluate(() => (self as any).assent.withdraw());
    await meanwhile(100);
    assert.equal(await page.locator('iframe[src], img[src], link[href][data-assent]').count(), 0);
  }
  await page.evaluate(() => (self as any).assent.accept());
  await until(() => world.hits.includes('/service.js'), 'scripts run');
  await meanwhile(200);
  assert.deepEqual(await page.evaluate(ran), RAN);
  await page.close();
});

test('a script that is included twice works once', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  await page.goto(world.page('/', html(world.tag() + world.tag() + gated(), world.tag(''))));
  await page.waitForSelector(BANNER);
  assert.equal(await page.locator('#assent-root').count(), 1);
  await page.click(ACCEPT);
  await until(() => world.hits.length >= ALL.length, 'tags start');
  await meanwhile(300);
  assert.deepEqual(sorted(world.hits), ALL);
  assert.equal(world.posts.length, 1);
  await page.close();
});

test('a vendor that hangs stops no other', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  const hang = `<script type="text/plain" data-assent="analytics" src="${lab.world.vendor}/hang.js"></script>`;
  await page.goto(world.page('/', html(world.tag() + hang + gated())), { waitUntil: 'commit' });
  await page.click(ACCEPT);
  await until(async () => (await page.evaluate(ran)).length === RAN.length, 'the others run');
  await page.close();
});

test('declared order is kept, and a script that fails does not end the row', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  const ordered = (name: string) =>
    `<script type="text/plain" data-assent="analytics" data-assent-order src="${lab.world.vendor}/${name}.js"></script>`;
  const inline = `<script type="text/plain" data-assent="analytics" data-assent-order>(self.ran ||= []).push('between')</script>`;
  const missing = `<script type="text/plain" data-assent="analytics" data-assent-order src="http://nowhere.test:1/x.js"></script>`;
  await page.goto(
    world.page('/', html(world.tag(), ordered('one') + inline + missing + ordered('two') + ordered('three'))),
  );
  await page.click(ACCEPT);
  await until(() => page.evaluate(() => (self as any).ran?.length === 4), 'all run');
  assert.deepEqual(await page.evaluate(() => (self as any).ran), ['one', 'between', 'two', 'three']);
  await page.close();
});

test('attributes are kept, script addresses are not given to embeds', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  const body = `<script type="text/plain" data-assent="analytics" id="tag" data-key="v" crossorigin="anonymous" onload="self.loaded = 1" src="${lab.world.vendor}/external.js"></script>
<iframe title="x" data-assent="analytics" data-src="java&#10;script:parent.ran.push('injected')"></iframe>`;
  await page.goto(world.page('/', html(world.tag(), body)));
  await page.click(ACCEPT);
  await until(() => page.evaluate(() => (self as any).loaded === 1), 'the load handler runs');
  const copy = page.locator('script#tag:not([type="text/plain"])');
  assert.deepEqual(await copy.evaluate((e: HTMLScriptElement) => [e.dataset.key, e.crossOrigin]), ['v', 'anonymous']);
  assert.equal(await page.locator('iframe[src]').count(), 0);
  await page.close();
});
