import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { complaints, until, untilRecorded } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { ACCEPT, CLOSE, OPEN, PREFERENCES, REJECT, SAVE } from './harness/selectors.ts';

const lab = openLab();

const PLACEHOLDER = '[data-assent-embed]:not([hidden])';
const ONCE = `${PLACEHOLDER} button:first-child`;
const ALWAYS = `${PLACEHOLDER} button:last-child`;

// Each gets its size from elsewhere: attributes, a share of a line, the space around an absolute frame, a ratio.
const frames = () => {
  const frame = (name: string, rest: string) =>
    `<iframe ${rest} data-assent="youtube" data-src="${lab.world.vendor}/${name}.html"></iframe>`;
  return `<style>.wide { position: relative; padding-top: 30%; overflow: hidden } .wide iframe { position: absolute; inset: 0; width: 100%; height: 100% }
.row { display: flex; justify-content: end; align-items: center } .zoom { transform: scale(.5); transform-origin: 0 0 }
.stack > * + * { margin-top: 40px } .stack > :last-child { margin-bottom: 0 }</style>
${frame('fixed', 'title="How it is made" width="560" height="315"')}<p>in a line ${frame('inline', 'width="300" height="120"')} of text</p>
<div class="wide">${frame('wide', '')}</div><div class="row">${frame('ratio', 'style="width: 50%; aspect-ratio: 2"')}<b>x</b></div>
<div class="zoom">${frame('scaled', 'width="400" height="200"')}</div><div class="stack">${frame('stacked', 'width="300" height="150"')}</div>
${frame('counter', 'width="1" height="1"')}<p>last</p>`;
};

const shifts = `<script>self.moved = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) self.moved += entry.value })
.observe({ type: 'layout-shift', buffered: true })</script>`;

const boxes = (page: Page, selector: string) =>
  page.locator(selector).evaluateAll((all) =>
    all.map((e) => {
      const { x, y, width, height } = e.getBoundingClientRect();
      return [x, y, width, height].map(Math.round);
    }),
  );

test('a placeholder lies exactly over its embed, and nothing moves when it comes and goes', async () => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/bare', html('', frames())));
  const bare = await boxes(page, 'iframe, p');
  await page.goto(lab.world.page('/embeds', html(shifts + lab.world.tag(), frames())));
  await page.waitForSelector(PLACEHOLDER);
  assert.deepEqual(await boxes(page, 'iframe, main p:not([data-assent-embed] *)'), bare);
  assert.deepEqual(await boxes(page, PLACEHOLDER), (await boxes(page, 'iframe')).slice(0, 6));
  assert.deepEqual(lab.world.hits, [], 'nothing is requested before');
  await page.locator(ALWAYS).first().click();
  await until(async () => (await page.locator('[data-assent-embed]').count()) === 0, 'the placeholders go');
  await until(() => lab.world.hits.length === 7, 'all are loaded');
  assert.deepEqual(await boxes(page, 'iframe, main p'), bare);
  assert.equal(await page.evaluate(() => (self as any).moved), 0);
  await page.close();
});

test('what is loaded once is neither recorded nor stored, and ends with the next refusal', async () => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/embeds', html(lab.world.tag(), frames())));
  await page.focus(ONCE);
  await page.keyboard.press('Enter');
  await until(() => lab.world.hits.length === 1, 'it is loaded');
  assert.deepEqual(lab.world.hits, ['/fixed.html']);
  assert.equal(await page.evaluate(() => document.activeElement?.localName), 'iframe', 'the focus stays there');
  assert.deepEqual(await page.evaluate(() => [document.cookie, localStorage.length]), ['', 0]);
  await page.click(REJECT);
  await page.waitForSelector(OPEN);
  await until(() => page.evaluate(() => !document.querySelector('iframe[src]')), 'it is taken away');
  await until(async () => (await page.locator(PLACEHOLDER).count()) === 6, 'and covered again');
  await page.close();
});

test('what is always allowed is recorded from the placeholder and leaves the other questions open', async () => {
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  await page.goto(lab.world.page('/embeds', html(lab.world.tag(), frames())));
  await page.locator(ALWAYS).first().click();
  await until(() => lab.world.posts.length === 1, 'it is sent');
  const [{ source, services, purposes, synthetic }] = lab.world.posts as any;
  assert.deepEqual(
    { source, services, purposes, synthetic },
    {
      source: 'placeholder',
      services: { youtube: true },
      purposes: { essential: true },
      synthetic: false,
    },
  );
  await until(() => page.evaluate(() => !!(self as any).assent.receipt()), 'the server accepts it');
  assert.deepEqual(
    await page.evaluate(() => [(self as any).assent.get().pending, (self as any).assent.has('meta-pixel')]),
    [true, false],
  );
  await page.reload();
  await until(() => page.evaluate(() => !!document.querySelector('iframe[src]')), 'it is remembered');
  await context.close();
});

test('a strict policy is not violated by placeholders and the panel, both are styled', async () => {
  const page = await lab.browser.newPage();
  const said = complaints(page);
  const { vendor, assent: server } = lab.world;
  const policy = `default-src 'none'; script-src 'nonce-r4nd0m' 'strict-dynamic'; style-src 'self'; frame-src ${vendor};
connect-src ${server}; require-trusted-types-for 'script'; trusted-types assent`.replace(/\s+/g, ' ');
  const frame = `<iframe width="500" height="300" data-assent="youtube" data-src="${vendor}/video.html"></iframe>`;
  const head = lab.world.tag('async nonce="r4nd0m"');
  await page.goto(lab.world.page('/strict', html(head, frame), { 'content-security-policy': policy }));
  await page.waitForSelector(PLACEHOLDER);
  assert.equal(await page.locator(PLACEHOLDER).evaluate((e) => getComputedStyle(e).display), 'flex');
  await page.locator(ALWAYS).click();
  await page.evaluate(() => (self as any).assent.open());
  await page.waitForSelector(`${PREFERENCES} div > details dl`, { state: 'attached' });
  assert.deepEqual(said, []);
  await page.close();
});

test("the visitor's own panel tells the choice, its number and the history, and takes everything back", async () => {
  const context = await lab.browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag())));
  await page.click(REJECT);
  await page.evaluate(() => {
    localStorage.setItem('_gaX', '1');
    (self as any).assent.accept();
  });
  await untilRecorded(page);
  await page.click(OPEN);
  const panel = page.locator(`${PREFERENCES} div > details`);
  const height = (await page.locator(PREFERENCES).boundingBox())!.height;
  await page.waitForSelector(`${PREFERENCES} div > details dl`, { state: 'attached' });
  assert.equal((await page.locator(PREFERENCES).boundingBox())!.height, height, 'nothing moves when it is filled');
  await panel.locator('summary').click();
  const told = (await panel.innerText()).replace(/\s+/g, ' ');
  assert.match(told, /Analytics ✓ .*Marketing ✓ .*Receipt number [\w-]{36}.*All accepted.*All rejected/);
  await panel.locator('dd button').click();
  // The clipboard belongs to pages of a secure origin; on others the number is selected.
  const id = await page.evaluate(() => (self as any).assent.receipt().id);
  assert.equal(await page.evaluate(() => `${getSelection()}`), id);
  await panel.locator('[data-assent-action=withdraw]').click();
  await until(
    () => lab.world.posts.some(({ action, source }) => action === 'withdraw' && source === 'preferences'),
    'withdrawn',
  );
  const status = page.locator('#assent-root > [role=status]');
  await until(async () => /1 entry of refused/.test((await status.textContent())!), 'what was removed is announced');
  await context.close();
});

test('the preferences open and save at once where what belongs to them cannot be fetched, and are filled when it can', async () => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag())));
  await page.click(ACCEPT);
  await page.waitForSelector(OPEN);
  assert.equal(lab.world.log.filter((line) => line.includes('visitor')).length, 0, 'nothing more is fetched before');
  await page.route('**/visitor.js', (route) => route.abort());
  await page.click(OPEN);
  await page.uncheck('[data-assent-category=marketing]');
  await page.click(SAVE);
  await until(() => lab.world.posts.some(({ action }) => action === 'save'), 'the selection is recorded');
  assert.deepEqual((lab.world.posts as any).at(-1).purposes, { analytics: true, marketing: false });
  await page.unroute('**/visitor.js');
  await until(async () => {
    await page.click(OPEN);
    const filled = await page.locator(`${PREFERENCES} dl`).count();
    await page.click(CLOSE);
    return filled > 0;
  }, 'it is tried again');
  assert.equal(lab.world.log.filter((line) => line.includes('visitor')).length, 1, 'and not once it has come');
  await page.close();
});
