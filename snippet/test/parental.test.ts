import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { openMailbox } from './harness/mailbox.ts';
import { usual } from './harness/notice.ts';
import { OPEN } from './harness/selectors.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const mailbox = await openMailbox();
const lab = openLab(
  ...['--smtp', `smtp://127.0.0.1:${mailbox.port}`, '--mail-from', 'privacy@shop.example'],
  ...['--public-url', 'https://assent.example'],
);
const AGE = '#assent-root [data-assent-layer=age]';

const clean = async (page: Page): Promise<void> => {
  await page.evaluate(axe);
  const found = await page.evaluate(async () =>
    (await (self as any).axe.run()).violations.map(({ id, nodes }: any) => [id, nodes[0].html]),
  );
  assert.deepEqual(found, []);
};

const ran = (page: Page): Promise<boolean> => page.evaluate(() => !!(self as any).ran?.includes('pixel'));

test('a parent is asked, allows, takes back and erases, and the child’s browser follows', async () => {
  const site = await lab.world.addSite({ ...usual, ageQuestion: true });
  const tag = `<script type="text/plain" data-assent="meta-pixel" src="${lab.world.vendor}/pixel.js"></script>`;
  const context = await lab.browser.newContext();
  const child = await context.newPage();
  await child.goto(lab.world.page('/toys', html(lab.world.tag('async', site) + tag)));
  await child.click(`${AGE} button:text-is("No")`);
  await child.click(`${AGE} button:text-is("Ask a parent")`);
  await clean(child);
  await child.fill(`dialog input[type=email]`, 'parent@home.example');
  await child.click(`dialog button:text-is("Ask a parent")`);
  await child.waitForSelector('dialog [role=status]:text("We have written to them")');
  assert.equal(await child.isVisible('dialog form'), false, 'the form is done with');
  assert.equal(await child.evaluate(() => document.activeElement?.role), 'status', 'and the focus stays in the dialog');
  await clean(child);
  const link = await mailbox.link(1);
  assert.equal(lab.world.log.filter((line) => line.includes('parent@')).length, 0, 'no address has the parent’s');

  const parent = await (await lab.browser.newContext({ viewport: { width: 360, height: 640 } })).newPage();
  await parent.goto(lab.world.door + link);
  await parent.waitForSelector('#asked:not([hidden])');
  await clean(parent);
  assert.equal(await parent.locator('input:checked').count(), 0, 'nothing is ticked beforehand');
  assert.match(await parent.innerText('main'), /Meta Pixel/);
  await parent.click('button[value=all]');
  await parent.waitForSelector('#status:text("recorded")');
  await parent.waitForSelector('#erase:not([hidden])');
  await clean(parent);

  assert.equal(await ran(child), false, 'what is open already waits for the next page');
  await child.reload();
  await until(() => ran(child), 'the tag runs after the parent allowed it');
  const granted = await child.evaluate(() => (self as any).assent.get().purposes);
  assert.deepEqual(granted, { essential: true, analytics: true, marketing: true });
  await child.click(OPEN);
  assert.match(await child.innerText('dialog'), /A parent has decided/);
  await clean(child);
  assert.equal(await child.locator('dialog input[type=checkbox]').count(), 0, 'the child can switch on nothing');

  await parent.click('button[value=none]');
  await parent.waitForSelector('#status:text("recorded")');
  await child.reload();
  await until(
    async () => (await child.evaluate(() => (self as any).assent.get().purposes.marketing)) === false,
    'it is off',
  );
  await child.reload();
  await child.waitForSelector(OPEN);
  assert.equal(await ran(child), false, 'and stays off');

  await parent.click('#erase button');
  await until(async () => /Erased: \d+ decisions/.test(await parent.innerText('main')), 'all of it is erased');
  await clean(parent);
  await parent.reload();
  await until(async () => /This link is over/.test(await parent.innerText('main')), 'the link is over');
  await context.close();
});

test('a parent who reads German gets German, in the dark', async () => {
  const context = await lab.browser.newContext({ locale: 'de', colorScheme: 'dark' });
  const page = await context.newPage();
  await page.goto(`${lab.world.door}/parental/#x.y.z`);
  await until(async () => /Dieser Link gilt nicht mehr/.test(await page.innerText('main')), 'a wrong link says so');
  await clean(page);
  await context.close();
});
