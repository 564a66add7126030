import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { meanwhile, signal, until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { usual } from './harness/notice.ts';
import { ACCEPT, BANNER, OPEN } from './harness/selectors.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const lab = openLab();
const AGE = '#assent-root [data-assent-layer=age]';
const DIALOG = '#assent-root dialog[data-assent-layer=age]';
const YES = `${AGE} button:text-is("Yes")`;
const NO = `${AGE} button:text-is("No")`;

const sites: Record<string, Promise<string>> = {};
const siteOf = (languages: string[]): Promise<string> => {
  sites[languages.join()] ||= lab.world.addSite({ ...usual, languages, ageQuestion: true });
  return sites[languages.join()]!;
};

const tags = () =>
  `<script type="text/plain" data-assent="google-analytics" src="${lab.world.vendor}/count.js"></script>
<iframe title="Film" data-assent="youtube" data-src="${lab.world.vendor}/film.html"></iframe>`;

const visit = async (context: BrowserContext, languages = usual.languages!): Promise<Page> => {
  const tag = lab.world.tag('async', await siteOf(languages));
  const page = await context.newPage();
  await page.goto(lab.world.page('/', html(tag, tags(), languages[0])));
  await page.waitForFunction('self.assent?.get');
  return page;
};

const stored = (page: Page): Promise<any> => page.evaluate(() => JSON.parse(localStorage.getItem('assent') ?? '{}'));
const told = () => lab.world.posts.length;
const forget = () => {
  lab.world.hits = [];
  lab.world.posts = [];
};

test('the age comes first, by two buttons that look alike, and a yes leads to the notice', async () => {
  forget();
  const context = await lab.browser.newContext();
  const page = await visit(context);
  assert.match(await page.innerText(AGE), /Are you 16 or older\?/);
  assert.equal(await page.locator(BANNER).count(), 0);
  const looks = await page.locator(`${AGE} button`).evaluateAll((all) =>
    all.map((one) => {
      const { backgroundColor, color, borderColor, fontSize, fontWeight } = getComputedStyle(one);
      const { width, height } = one.getBoundingClientRect();
      return [backgroundColor, color, borderColor, fontSize, fontWeight, Math.round(width), height].join();
    }),
  );
  assert.equal(looks.length, 2);
  assert.equal(looks[0], looks[1]);
  await page.evaluate(() => (self as any).assent.accept());
  assert.deepEqual([told(), lab.world.hits], [0, []], 'no call of the page consents before the age is known');
  await page.focus(YES);
  await page.keyboard.press('Enter');
  await page.waitForSelector(BANNER);
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-assent-layer')), 'banner');
  await page.click(ACCEPT);
  await page.waitForFunction(() => (self as any).ran?.includes('count'));
  await until(() => told() === 1, 'the decision');
  await page.reload();
  await page.waitForSelector(OPEN);
  assert.equal(await page.locator(AGE).count(), 0, 'nobody is asked for their age again while the choice counts');
  await context.close();
});

test('a child is asked nothing, nothing is loaded or recorded, and it stays so', async () => {
  forget();
  const context = await lab.browser.newContext();
  const page = await visit(context);
  await page.click(NO);
  assert.match(await page.innerText(AGE), /Only what is essential is used here/);
  await page.click(`${AGE} button:text-is("Close")`);
  await page.waitForSelector(OPEN);
  const kept = await stored(page);
  assert.deepEqual([Object.keys(kept), kept.age.said], [['age'], 'child']);
  assert.ok(kept.age.until * 1000 < Date.now() + 31 * 86_400_000, 'for a month at most');
  for (let again = 0; again < 2; again++) {
    await page.evaluate(() => (self as any).assent.accept());
    await page.click(OPEN);
    assert.match(await page.innerText(DIALOG), /Only what is essential/);
    assert.equal(await page.locator('#assent-root input').count(), 0, 'there is nothing to switch on');
    await page.reload();
    await page.waitForSelector(OPEN);
    await meanwhile(200);
    assert.equal(await page.locator(`${BANNER}, ${AGE}`).count(), 0);
    assert.deepEqual(
      await page.evaluate(() => [(self as any).assent.has('analytics'), (self as any).assent.get().pending]),
      [false, false],
    );
  }
  assert.deepEqual([told(), lab.world.hits, await page.evaluate(() => document.cookie)], [0, [], '']);
  assert.equal(await page.locator('[data-assent-embed] button').count(), 0, 'no embed offers itself');
  await context.close();
});

test('the other tab hears of the age, and a signal is recorded only of who is old enough', async () => {
  forget();
  const context = await lab.browser.newContext();
  await signal(context);
  const [first, second] = [await visit(context), await visit(context)];
  await second.waitForSelector(AGE);
  await meanwhile(200);
  assert.equal(told(), 0);
  await first.click(YES);
  await until(() => told() === 1, 'the signal');
  await first.click(ACCEPT);
  await second.waitForSelector(AGE, { state: 'detached' });
  await context.close();
});

test('what is asked of age is accessible, in the dark, on a phone and from right to left', async () => {
  for (const [language, direction, colorScheme, width] of [
    ['en', 'ltr', 'light', 1280],
    ['de', 'ltr', 'dark', 360],
    ['he', 'rtl', 'light', 360],
    ['ar', 'rtl', 'dark', 1280],
  ] as const) {
    const viewport = { width, height: 640 };
    const context = await lab.browser.newContext({ locale: language, colorScheme, viewport });
    const page = await visit(context, [language]);
    await page.waitForSelector(AGE);
    const root = page.locator('#assent-root');
    assert.deepEqual(await root.evaluate((e: HTMLElement) => [e.lang, e.dir]), [language, direction]);
    for (const next of [`${AGE} button >> nth=0`, `${AGE} button >> nth=0`, OPEN, undefined]) {
      await page.evaluate(axe);
      const violations = await page.evaluate(async () =>
        (await (self as any).axe.run('#assent-root')).violations.map(({ id, nodes }: any) => [id, nodes[0].html]),
      );
      assert.deepEqual(violations, []);
      if (next) await page.click(next);
    }
    await context.close();
  }
});
