import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Notice } from '../../schemas/types.gen.ts';
import { until, untilRecorded } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { usual } from './harness/notice.ts';
import { ACCEPT, BANNER, CLOSE, MANAGE, OPEN, PREFERENCES, REJECT, SAVE } from './harness/selectors.ts';

// Cases that other tools for consent get wrong, as far as no other file has them.
const lab = openLab();

const gated = (name: string) =>
  `<script type="text/plain" data-assent="analytics" src="${lab.world.vendor}/${name}.js"></script>`;

const tagOf = async (notice: Notice): Promise<string> => lab.world.tag('async', await lab.world.addSite(notice));

const open = async (body = '', tag = lab.world.tag(), language = 'en'): Promise<Page> => {
  const page = await (await lab.browser.newContext()).newPage();
  await page.goto(lab.world.page('/', html(tag, body, language)));
  await page.waitForSelector(BANNER);
  return page;
};

test('a browser that a program drives is asked as any other', async () => {
  const page = await open();
  assert.equal(await page.evaluate(() => navigator.webdriver), true);
  assert.ok(await page.isVisible(ACCEPT));
  await page.context().close();
});

const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement } = document;
    return activeElement?.closest('#assent-root') ? (activeElement as HTMLElement).dataset.assentAction || 'link' : '';
  });

test('one press of Tab leads to the first button, past the link in the text if there is one', async () => {
  const { privacyPolicy: _, ...bare } = usual;
  for (const [notice, stops] of [
    [bare, ['reject-all', 'accept-all', 'manage', '']],
    [usual, ['link', 'reject-all', 'accept-all', 'manage', '']],
  ] as const) {
    const page = await open('<a href="#x">own</a>', await tagOf(notice));
    for (const stop of stops) {
      await page.keyboard.press('Tab');
      assert.equal(await focused(page), stop);
    }
    await page.context().close();
  }
});

/** Whether a button is in view as a whole, and nothing lies over it. */
const isReachable = (button: Element) => {
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const inset = 6;
  const corners = [left + inset, right - inset].flatMap((x) => [top + inset, bottom - inset].map((y) => [x, y]));
  return corners.every(([x, y]) => document.elementFromPoint(x!, y!) === button);
};

test('zoomed to 400 % every button is in view and there is room to read, in each layout', async () => {
  for (const layout of ['bar', 'box', 'centre'] as const)
    for (const language of ['en', 'de', 'ar']) {
      const page = await open('', await tagOf({ ...usual, languages: [language], look: { layout } }), language);
      await page.setViewportSize({ width: 320, height: 256 });
      for (const button of [ACCEPT, REJECT, MANAGE])
        assert.ok(await page.locator(button).evaluate(isReachable), `${layout}, ${language}: ${button}`);
      const words = await page.locator(`${BANNER} div`).first().boundingBox();
      assert.ok(words!.height >= 100, `${layout}, ${language}: ${words!.height} pixels to read in`);
      await page.context().close();
    }
});

const SECOND = 1000;

/** When a page learned of a choice, by the clock that all pages share. */
const learned = (page: Page) =>
  until(() => page.evaluate(() => !!(self as any).learned), 'the choice arrives').then(() =>
    page.evaluate(() => (self as any).learned as number),
  );

const learn = `addEventListener('pageshow', ({ persisted }) => { if (persisted) self.woken = Date.now() })
addEventListener('assent:change', () => { self.learned = Date.now() })`;

test('a choice and its withdrawal hold in other tabs, and in a page that Back wakes, within a second', async () => {
  const frame = `<iframe title="video" data-assent="youtube" data-src="${lab.world.vendor}/frame.html"></iframe>`;
  const address = lab.world.page('/', html(`<script>${learn}</script>${lab.world.tag()}`, frame));
  const context = await lab.browser.newContext();
  const [one, two] = [await context.newPage(), await context.newPage()];
  await one.goto(address);
  await two.goto(address);
  const isShown = (page: Page) => page.evaluate(() => !!document.querySelector('iframe[src]'));
  for (const [call, shown] of [
    ['accept', true],
    ['withdraw', false],
  ] as const) {
    await two.evaluate('self.learned = 0');
    const at = await one.evaluate(`const at = Date.now(); assent.${call}(); at`);
    assert.ok((await learned(two)) - (at as number) <= SECOND, `${call} in the other tab`);
    assert.equal(await isShown(two), shown);
  }
  await one.evaluate(() => (self as any).assent.accept());
  await until(() => isShown(two), 'the frame loads again');
  // Browsers do not keep a page whose frame is still on its way.
  await two.frames()[1]!.waitForLoadState();
  await two.evaluate('self.learned = 0');
  await two.goto(lab.world.page('/next', html(lab.world.tag())));
  await two.evaluate(() => (self as any).assent.withdraw());
  await two.goBack({ waitUntil: 'commit' });
  const took = (await learned(two)) - (await two.evaluate(() => (self as any).woken));
  assert.ok(took <= SECOND, `${took} ms after Back`);
  assert.equal(await isShown(two), false);
  await context.close();
});

test('whatever comes together, each vendor runs once', async () => {
  const manager = `<script type="text/plain" data-assent="marketing">
const tag = document.createElement('script'); tag.src = '${lab.world.vendor}/both.js'; document.head.append(tag);</script>`;
  const body = `<div id="view">${manager}${gated('both')}${gated('own')}</div>`;
  const page = await open(body, lab.world.tag() + lab.world.tag(''));
  const ran = () => page.evaluate(() => [...((self as any).ran || [])].sort());
  for (let round = 0; round < 3; round++) {
    await page.evaluate(() => (self as any).assent.accept());
    await until(async () => (await ran()).length >= 2 + round, 'the tags run');
    await page.evaluate(
      ([markup, path]) => {
        history.pushState({}, '', path);
        document.querySelector('#view')!.innerHTML = markup!;
      },
      [gated('both') + gated('own') + gated(`route${round}`), `/route${round}`],
    );
    await until(async () => (await ran()).includes(`route${round}`), 'what is new runs');
    await page.evaluate(() => (self as any).assent.withdraw());
  }
  await page.evaluate(() => (self as any).assent.accept());
  await page.waitForTimeout(300);
  assert.deepEqual(await ran(), ['both', 'own', 'route0', 'route1', 'route2']);
  assert.equal(await page.locator('#assent-root').count(), 1);
  await page.context().close();
});

test('a vendor that hangs for ever delays no other', async () => {
  const times: number[] = [];
  // The fastest of three: the machine that tests run on has pauses of its own.
  for (let round = 0; round < 3; round++) {
    const page = await open(gated('hang') + gated('next').replace('src=', 'onload="self.at = performance.now()" src='));
    const from = (await page.evaluate(`const from = performance.now(); assent.accept(); from`)) as number;
    await until(() => page.evaluate(() => !!(self as any).at), 'the next one runs');
    times.push((await page.evaluate(() => (self as any).at)) - from);
    await page.context().close();
  }
  assert.ok(Math.min(...times) <= 200, `${times.map(Math.round)} ms`);
});

test('neither a button to close nor the backdrop nor Esc decides, and each returns the focus to where it came from', async () => {
  const page = await open('<a href="#" data-assent-action="open">Our own way</a>');
  for (const [way, leave] of [
    ['the button', () => page.click(CLOSE)],
    ['the backdrop', () => page.mouse.click(3, 3)],
    ['Esc', () => page.keyboard.press('Escape')],
  ] as const) {
    await page.focus('main a');
    await page.keyboard.press('Enter');
    await page.click(`${PREFERENCES} [data-assent-category=marketing]`);
    await leave();
    // The backdrop leaves the preferences as they are.
    if (await page.isVisible(PREFERENCES)) await page.keyboard.press('Escape');
    await page.waitForSelector(PREFERENCES, { state: 'hidden' });
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Our own way', way);
    const stored = await page.evaluate(() => [
      document.cookie,
      localStorage.length,
      (self as any).assent.get().pending,
    ]);
    assert.deepEqual([stored, lab.world.posts], [['', 0, true], []], way);
    assert.ok(await page.isVisible(BANNER), way);
  }
  await page.context().close();
});

test('an answer by keyboard does not lose the focus', async () => {
  const page = await open();
  await page.focus(MANAGE);
  await page.keyboard.press('Enter');
  await page.focus(SAVE);
  await page.keyboard.press('Enter');
  await page.waitForSelector(OPEN);
  await until(async () => (await focused(page)) === 'open', 'the way back has it');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await until(async () => (await focused(page)) === 'open', 'and again');
  await page.context().close();
});

// ASVS 3.3.5
test('with sixty services of long names the cookie has at most 200 bytes, and yes and no live equally long', async () => {
  const services = Array.from({ length: 60 }, (_, i) => ({
    id: `a-service-with-a-rather-long-name-${i}`,
    purpose: i % 2 ? 'analytics' : 'marketing',
    name: `Service ${i}`,
  }));
  const page = await open('', await tagOf({ ...usual, services }));
  const lives: number[] = [];
  const apart = services.slice(0, 4).map(({ id }) => id);
  for (const call of ['accept()', 'reject()', `accept(${JSON.stringify(apart)})`]) {
    await page.evaluate(`assent.${call}`);
    await untilRecorded(page);
    const cookie = await page.evaluate(() => document.cookie);
    assert.ok(cookie.startsWith('assent=1.') && cookie.length <= 200, `${cookie.length} bytes after ${call}`);
    const [{ expires } = { expires: 0 }] = await page.context().cookies();
    lives.push(Math.round((expires - Date.now() / 1000) / 86400));
  }
  assert.deepEqual(lives, [180, 180, 180]);
  assert.equal(await page.evaluate((id) => (self as any).assent.has(id), apart[0]!), true);
  await page.context().close();
});
