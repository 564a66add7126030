import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complaints, meanwhile, until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { usual } from './harness/notice.ts';
import { ACCEPT, BANNER, OPEN, REJECT } from './harness/selectors.ts';

const lab = openLab();

const tag = () => `<script type="text/plain" data-assent="analytics" src="${lab.world.vendor}/tag.js"></script>`;
const shop = (before = '', body = '') => lab.world.page('/', html(before + lab.world.tag() + tag(), body));
const requests = () => lab.world.hits.length;

test('a planted cookie of the future neither grants nor outlives a refusal', async () => {
  const elsewhere = await lab.browser.newPage();
  await elsewhere.goto(lab.world.page('/none', html(lab.world.tag())));
  await elsewhere.click(ACCEPT);
  await elsewhere.waitForSelector(OPEN);
  const known = await elsewhere.evaluate(() => document.cookie.match(/assent=1\.([^.]+)/)![1]);
  await elsewhere.close();
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  await page.goto(shop());
  await page.click(REJECT);
  await page.waitForSelector(OPEN);
  const planted = await page.evaluate((marks) => {
    for (const years of [0, 10]) {
      const at = Math.floor(Date.now() / 1000 + years * 31536000 + 60).toString(36);
      document.cookie = `assent=1.${marks}.${at}.-.analytics:1.marketing:1;path=/;max-age=9999`;
    }
    return document.cookie;
  }, known);
  assert.match(planted, /analytics:1/);
  for (let round = 0; round < 2; round++) {
    await page.reload();
    await page.waitForSelector(OPEN);
    assert.equal(await page.evaluate(() => (self as any).assent.has('analytics')), false);
    await page.evaluate(() => (self as any).assent.reject());
  }
  assert.equal(requests(), 0);
  await context.close();
});

// ASVS 15.3.6
test('what a page adds to Object.prototype grants nothing', async () => {
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  await page.goto(shop('<script>Object.prototype.analytics = true; Object.prototype.marketing = true;</script>'));
  await page.waitForSelector(BANNER);
  assert.deepEqual(
    await page.evaluate(() => [(self as any).assent.get().pending, (self as any).assent.has('analytics')]),
    [true, false],
  );
  await meanwhile(300);
  assert.equal(requests(), 0);
  await context.close();
});

// What a page or its libraries have done to the names that the script uses.
const HOSTILE = `<script>
  Object.prototype.assent = 'analytics';
  Object.prototype.assentHeld = '';
  Object.prototype.src = 'VENDOR/polluted.gif';
  Object.prototype.type = 'text/plain';
  Object.prototype.analytics = true;
  Object.prototype.added = function () {};
  for (const [owner, name] of [[JSON, 'parse'], [JSON, 'stringify'], [self, 'fetch']]) {
    const original = owner[name];
    owner[name] = function (...args) { return original.apply(this, args); };
  }
</script>`;

const LATE = '<b>late</b><img alt="" src="/own.gif"><iframe title="own" src="/own.html"></iframe>';

for (const autoBlock of ['off', 'block'] as const) {
  // ASVS 3.2.3, 15.3.6
  // Threat B5.5
  test(`polluted prototypes, patched functions and clobbered names change nothing, with autoBlock ${autoBlock}`, async () => {
    const site = await lab.world.addSite({ ...usual, autoBlock });
    const page = await lab.browser.newPage();
    const errors = complaints(page);
    const at = lab.world.vendor;
    const head = HOSTILE.replaceAll('VENDOR', at) + lab.world.tag('async', site) + tag();
    const body = `<form name="assent"><input name="get"></form><form name="adoptedStyleSheets"></form><form id="q"></form>
<iframe title="map" data-assent="analytics" data-src="${at}/map.html"></iframe><img id="own" alt="" src="/own.gif"><p id="late"></p>`;
    await page.goto(lab.world.page('/hostile', html(head, body)));
    await page.waitForSelector(BANNER);
    assert.equal(await page.locator(BANNER).evaluate((banner) => getComputedStyle(banner).position), 'fixed');
    await page.waitForSelector('[data-assent-embed]');
    await page.evaluate((text) => document.querySelector('#late')!.insertAdjacentHTML('beforeend', text), LATE);
    await meanwhile(300);
    assert.equal(requests(), 0);
    assert.equal(await page.locator('[data-assent-embed]').count(), 1, 'only the embed is covered');
    assert.ok(await page.locator('#own[src]').count());
    await page.click(ACCEPT);
    await until(() => lab.world.hits.length === 2, 'the gated tag and the map are requested');
    await until(() => lab.world.posts.length === 1, 'the decision is recorded');
    assert.deepEqual(lab.world.posts[0]!.purposes, { analytics: true, marketing: true });
    await meanwhile(300);
    assert.deepEqual([...lab.world.hits].sort(), ['/map.html', '/tag.js']);
    assert.deepEqual(errors, []);
    await page.close();
  });
}

// ASVS 3.2.3
// Threat B5.5
test('markup that takes the names of the document sends no decision elsewhere and hides no question', async () => {
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  const elsewhere = `<img name="currentScript" alt="" src="${lab.world.vendor}/s/x.png"><a id="assent" href="#">a</a><form name="body"></form>`;
  await page.goto(
    lab.world.page(
      '/',
      `<!doctype html><html lang="en"><body>${elsewhere}${lab.world.tag()}${tag()}<p>Text</p></body></html>`,
    ),
  );
  await page.click(ACCEPT);
  await until(() => lab.world.posts.length === 1, 'the decision reaches our server');
  assert.ok(lab.world.hits.every((path) => !path.includes('decisions')));
  await context.close();
});

test('what visitors write may open the settings and decide nothing', async () => {
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  await page.goto(
    shop(
      '',
      '<b id="bait" data-assent-action="accept-all">read more</b><b id="way" data-assent-action="open">settings</b>',
    ),
  );
  await page.waitForSelector(BANNER);
  await page.click('#bait');
  await meanwhile(200);
  assert.deepEqual(
    [await page.evaluate(() => (self as any).assent.get().pending), requests(), lab.world.posts.length],
    [true, 0, 0],
  );
  await page.click('#way');
  await page.waitForSelector('dialog[open]');
  await context.close();
});

test('an element that the policy of the page forbids keeps no other from starting', async () => {
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  const gated = `<embed data-assent="analytics" data-src="${lab.world.vendor}/embed.txt"><img data-assent="analytics" data-src="${lab.world.vendor}/after.png" alt="">`;
  const policy = { 'content-security-policy': "require-trusted-types-for 'script'; trusted-types assent" };
  await page.goto(lab.world.page('/policy', html(lab.world.tag(), gated), policy));
  await page.click(ACCEPT);
  await until(() => lab.world.hits.includes('/after.png'), 'the image after it is requested');
  assert.deepEqual(lab.world.hits, ['/after.png']);
  await context.close();
});

test('neither markup nor Object.prototype nor a damaged storage keeps the question away or opens the gate', async () => {
  const before = [
    '<img id="dataLayer" alt="">',
    '<form data-assent="x"><input name="getAttribute"><input name="dataset"></form>',
    '<script>Object.prototype.get = () => 1;</script>',
    '<script>Object.prototype.q = 1;</script>',
    `<script>localStorage.assent = '{"choice":5}';</script>`,
  ];
  for (const first of before) {
    lab.world.reset();
    const context = await lab.browser.newContext();
    const page = await context.newPage();
    await page.goto(lab.world.page('/', html('', first + lab.world.tag('') + tag())));
    await page.waitForSelector(BANNER);
    assert.equal(requests(), 0, first);
    await page.click(ACCEPT);
    await until(() => requests() === 1 && lab.world.posts.length === 1, `the tag starts after ${first}`);
    await context.close();
  }
});

test('accept() of a name that contains another grants only what was named, and of an empty one nothing', async () => {
  const page = await lab.browser.newPage();
  await page.goto(shop());
  const granted = (names: string) =>
    page.evaluate((text) => {
      const { accept, has } = (self as any).assent;
      accept(text);
      return ['analytics', 'marketing'].filter(has);
    }, names);
  assert.deepEqual(await granted('no-marketing'), []);
  assert.deepEqual(await granted('marketing'), ['marketing']);
  assert.deepEqual(await granted(''), []);
  await page.context().close();
});
