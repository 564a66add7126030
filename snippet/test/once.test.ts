import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { meanwhile, until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { ACCEPT } from './harness/selectors.ts';

const lab = openLab();

const gated = (name: string, attributes = '') =>
  `<script type="text/plain" data-assent="analytics" ${attributes} src="${lab.world.vendor}/${name}.js"></script>`;
const inline = (text: string) => `<script type="text/plain" data-assent="analytics">${text}</script>`;
const ran = (page: Page) => page.evaluate(() => [...((self as any).ran || [])].sort());

const open = async (body: string) => {
  const page = await (await lab.browser.newContext()).newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag(), body)));
  await page.waitForSelector(ACCEPT);
  return page;
};

// What a tag manager does.
const insertTag = (vendor: string) =>
  `const tag = document.createElement('script'); tag.src = '${vendor}/vendor.js'; document.head.append(tag);`;

test('a tag that a tag manager has inserted is not started again for the page', async () => {
  const page = await open(inline(insertTag(lab.world.vendor)) + gated('vendor') + gated('vendor'));
  await page.click(ACCEPT);
  await until(async () => (await ran(page)).length > 0, 'the tag runs');
  await meanwhile(300);
  assert.deepEqual(await ran(page), ['vendor']);
  await page.context().close();
});

// Replaces the body as Turbo does: the same markup again, whose scripts it makes anew unless it is told not to.
const visit = () => {
  const body = document.body.cloneNode(true) as HTMLElement;
  body.querySelector('#assent-root')?.remove();
  document.body.replaceWith(body);
  for (const script of body.querySelectorAll('script')) {
    if (script.dataset.turboEval === 'false') continue;
    const copy = document.createElement('script');
    for (const { name, value } of script.attributes) copy.setAttribute(name, value);
    copy.textContent = script.textContent;
    script.replaceWith(copy);
  }
};

test('three changes of the body start nothing twice, and what is new once', async () => {
  const page = await open(gated('vendor') + inline(`(self.ran ||= []).push('inline')`));
  await page.click(ACCEPT);
  await until(async () => (await ran(page)).length === 2, 'both run');
  for (let route = 0; route < 3; route++) {
    await page.evaluate(visit);
    await page.evaluate((markup) => document.body.insertAdjacentHTML('beforeend', markup), gated(`route${route}`));
    await until(async () => (await ran(page)).includes(`route${route}`), 'what is new runs');
  }
  await meanwhile(200);
  assert.deepEqual(await ran(page), ['inline', 'route0', 'route1', 'route2', 'vendor']);
  await page.context().close();
});

test('what a view transition inserts is seen', async () => {
  const page = await open('<div id="view"></div>');
  await page.click(ACCEPT);
  await page.evaluate(
    (markup) =>
      (document as any).startViewTransition(() => {
        document.getElementById('view')!.innerHTML = `<section>${markup}</section>`;
      }).finished,
    gated('later'),
  );
  await until(async () => (await ran(page)).includes('later'), 'the tag runs');
  await page.context().close();
});

test('a script in a row that never comes does not hold up those behind it for ever', async () => {
  const page = await open(gated('hang', 'data-assent-order') + gated('after', 'data-assent-order'));
  await page.click(ACCEPT);
  await until(async () => (await ran(page)).includes('after'), 'the next one runs');
  await page.context().close();
});

test('document.write puts what it writes beside its script, through the gate, and never replaces the page', async () => {
  const { vendor } = lab.world;
  const page = await open(
    `<h2 id="kept">Kept</h2><div id="slot">${inline(
      `document.write('<p id="written">ad</p><scr' + 'ipt src="${vendor}/written.js"></scr'); document.write('ipt>');
     setTimeout(() => { document.write('lost'); self.called = true; }, 50);`,
    )}</div>`,
  );
  await page.click(ACCEPT);
  await until(async () => (await ran(page)).includes('written'), 'the script that was written runs');
  await until(() => page.evaluate(() => (self as any).called === true), 'the callback has written');
  assert.equal(await page.locator('#slot > #written').count(), 1);
  assert.equal(await page.locator('#kept').count(), 1);
  assert.equal(await page.getByText('lost').count(), 0);
  await page.context().close();
});

test('ten thousand insertions after each other are looked at once each', async () => {
  const page = await open('<div id="list"></div>');
  await page.click(ACCEPT);
  const looked = await page.evaluate(async (markup) => {
    const list = document.getElementById('list')!;
    let sweeps = 0;
    const native = Document.prototype.querySelectorAll;
    Document.prototype.querySelectorAll = function (this: Document, ...args: [string]) {
      sweeps++;
      return native.apply(this, args);
    } as typeof native;
    for (let count = 0; count < 10_000; count++) {
      const item = document.createElement('p');
      if (count === 9_999) item.innerHTML = markup;
      list.append(item);
      if (count % 10 === 0) await Promise.resolve();
    }
    await new Promise((over) => setTimeout(over));
    return sweeps;
  }, gated('last'));
  await until(async () => (await ran(page)).includes('last'), 'the last one is seen');
  assert.equal(looked, 0, 'the whole document is not searched again');
  await page.context().close();
});
