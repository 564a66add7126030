import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { complaints, until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { usual } from './harness/notice.ts';
import { ACCEPT, BANNER, MANAGE, OPEN, PREFERENCES, REJECT, SAVE } from './harness/selectors.ts';

const lab = openLab();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const violations = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const report = await (self as any).axe.run({ resultTypes: ['violations'] });
    return report.violations.flatMap((one: any) =>
      one.nodes.map((node: any) => `${one.id}: ${node.html} ${node.failureSummary}`),
    );
  });
};

const looks: Record<string, BrowserContextOptions> = {
  light: { viewport: { width: 1280, height: 800 } },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 640 } },
  'zoomed to 400 %': { viewport: { width: 320, height: 256 } },
};

for (const [name, options] of Object.entries(looks)) {
  test(`axe finds nothing on either layer: ${name}`, async () => {
    const context = await lab.browser.newContext(options);
    const page = await context.newPage();
    await page.goto(lab.world.page('/', html(lab.world.tag())));
    await page.waitForSelector(BANNER);
    assert.deepEqual(await violations(page), []);
    await page.click(MANAGE);
    for (const summary of await page.locator(`${PREFERENCES} summary`).all()) await summary.click();
    assert.deepEqual(await violations(page), []);
    await page.click(SAVE);
    await page.waitForSelector(OPEN);
    assert.deepEqual(await violations(page), []);
    await context.close();
  });
}

test('a language from right to left turns the notice round, and axe finds nothing', async () => {
  const site = await lab.world.addSite({ ...usual, languages: ['he'] });
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag('async', site), '', 'he')));
  await page.waitForSelector(BANNER);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(await page.locator('#assent-root').evaluate((e: HTMLElement) => [e.lang, e.dir]), ['he', 'rtl']);
  await page.click(MANAGE);
  assert.deepEqual(await violations(page), []);
  const [label, input] = await Promise.all(
    ['label', 'input'].map((part) => page.locator(`${PREFERENCES} li`).nth(1).locator(part).first().boundingBox()),
  );
  assert.ok(input!.x < label!.x + label!.width / 2, 'the switch is on the left');
  await page.close();
});

test('the two answers are equal in size and colour, all targets big enough, on the smallest screen in view', async () => {
  for (const options of Object.values(looks)) {
    const context = await lab.browser.newContext(options);
    const page = await context.newPage();
    await page.goto(lab.world.page('/', html(lab.world.tag())));
    await page.waitForSelector(BANNER);
    const style = (selector: string) =>
      page.locator(selector).evaluate((e) => {
        const { backgroundColor, color, fontSize, fontWeight, borderColor } = getComputedStyle(e);
        const { width, height, top, bottom } = e.getBoundingClientRect();
        if (top < 0 || bottom > innerHeight) throw new Error('out of view');
        return { backgroundColor, color, fontSize, fontWeight, borderColor, width: Math.round(width), height };
      });
    const [yes, no, more] = [await style(ACCEPT), await style(REJECT), await style(MANAGE)];
    assert.deepEqual(yes, no);
    assert.ok(yes.height >= 44 && more.height >= 44);
    assert.equal(
      await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
      true,
      'no sideways scrolling',
    );
    await context.close();
  }
});

// As a style sheet of the browser's user, which outweighs ours: WCAG 1.4.12 names these four.
const spaced = `<style>#assent-root#assent-root * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
#assent-root#assent-root p { margin-bottom: 2em !important }</style>`;

test('no word of an answer is broken, in German, on a narrow screen, with wider text spacing (WCAG 1.4.12)', async () => {
  for (const width of [320, 360, 480, 1280]) {
    for (const styles of ['', spaced]) {
      const context = await lab.browser.newContext({ viewport: { width, height: 640 } });
      const page = await context.newPage();
      await page.goto(lab.world.page('/', html(lab.world.tag() + styles, '', 'de')));
      await page.waitForSelector(BANNER);
      const lines = (selector: string) =>
        page.locator(selector).evaluate((button) => {
          const words = (button.textContent || '').trim().split(/\s+/);
          const range = document.createRange();
          range.selectNodeContents(button);
          return { words: words.length, lines: new Set([...range.getClientRects()].map(({ top }) => top)).size };
        });
      const spacing = await page.locator(ACCEPT).evaluate((button) => getComputedStyle(button).letterSpacing);
      assert.equal(spacing !== 'normal', styles === spaced);
      const [yes, no] = [await page.locator(ACCEPT).boundingBox(), await page.locator(REJECT).boundingBox()];
      assert.deepEqual([yes!.width, yes!.height], [no!.width, no!.height]);
      for (const selector of [ACCEPT, REJECT, MANAGE]) {
        const { words, lines: used } = await lines(selector);
        assert.ok(used <= words, `${selector} at ${width} px: ${used} lines`);
        assert.ok(await page.locator(selector).evaluate((button) => button.scrollWidth <= button.clientWidth));
      }
      await context.close();
    }
  }
});

test('the notice adds no landmark and takes no room in a body that is a grid or a flexbox', async () => {
  const page = await lab.browser.newPage();
  for (const display of ['grid', 'flex']) {
    const body = `<style>body { display: ${display}; gap: 50px; flex-direction: column }</style><footer>Shop</footer>`;
    await page.goto(lab.world.page('/bare', html('', body)));
    const bare = await page.locator('h1').boundingBox();
    await page.goto(lab.world.page('/', html(lab.world.tag(), body)));
    await page.waitForSelector(BANNER);
    assert.deepEqual(await page.locator('h1').boundingBox(), bare);
  }
  await page.click(MANAGE);
  assert.equal(await page.locator('#assent-root').locator('header, footer, main, nav, aside').count(), 0);
  assert.deepEqual(await violations(page), []);
  await page.close();
});

test('the notice comes first in the tab order, takes no focus, locks nothing and hides no focus', async () => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag(), '<p>Text</p>'.repeat(60) + '<a href="#x">last</a>')));
  await page.waitForSelector(BANNER);
  assert.equal(await page.evaluate(() => document.activeElement === document.body), true);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).overflow), 'visible');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => !!document.activeElement?.closest('#assent-root')), true);
  await page.focus('main a');
  const [link, banner] = await Promise.all([page.locator('main a').boundingBox(), page.locator(BANNER).boundingBox()]);
  assert.ok(link!.y + link!.height <= banner!.y, 'what is focused stays above the notice');
  await page.close();
});

test('the preferences return the focus, saving is announced, and the way back stays', async () => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag())));
  await page.waitForSelector(BANNER);
  await page.focus(MANAGE);
  await page.keyboard.press('Enter');
  await page.waitForSelector(PREFERENCES);
  await page.keyboard.press('Escape');
  await until(
    () => page.evaluate((s) => document.activeElement === document.querySelector(s), MANAGE),
    'the focus returns',
  );
  await page.click(MANAGE);
  await page.click(SAVE);
  assert.notEqual(await page.textContent('#assent-root [role=status]'), '');
  await page.click(OPEN);
  await page.waitForSelector(PREFERENCES);
  await page.close();
});

test("the page's own link to the settings replaces the floating button", async () => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag(), '<a href="#" data-assent-action="open">Settings</a>')));
  await page.click(REJECT);
  await page.waitForSelector(BANNER, { state: 'detached' });
  assert.equal(await page.locator(OPEN).count(), 0);
  await page.click('main a');
  await page.waitForSelector(PREFERENCES);
  await page.close();
});

test('a strict policy is not violated and the gated tags run', async () => {
  const page = await lab.browser.newPage();
  const said = complaints(page);
  const nonce = 'r4nd0m';
  const { vendor, assent, shop } = lab.world;
  const policy = [
    `default-src 'none'; script-src 'nonce-${nonce}' 'strict-dynamic'; style-src 'self' ${vendor}; img-src ${vendor}`,
    `frame-src ${vendor}; connect-src ${assent} ${shop}; require-trusted-types-for 'script'; trusted-types assent`,
  ].join('; ');
  const tags = `<script type="text/plain" nonce="${nonce}" data-assent="analytics" src="${vendor}/external.js"></script>
<script type="text/plain" nonce="${nonce}" data-assent="analytics">(self.ran ||= []).push('inline')</script>
<link rel="stylesheet" data-assent="marketing" data-href="${vendor}/style.css">`;
  await page.goto(
    lab.world.page('/', html(lab.world.tag(`async nonce="${nonce}"`) + tags), { 'content-security-policy': policy }),
  );
  await page.click(ACCEPT);
  await until(() => page.evaluate(() => (self as any).ran?.length === 2), 'the tags run');
  await page.click(OPEN);
  await page.waitForSelector(PREFERENCES);
  assert.equal(
    await page.locator(PREFERENCES).evaluate((e) => getComputedStyle(e).borderRadius),
    '16px',
    'it is styled',
  );
  assert.equal(await page.locator('#assent-root [style], #assent-root style').count(), 0);
  assert.deepEqual(said, []);
  await page.close();
});

test("the page's language decides, then the browser's, then the notice's", async () => {
  for (const [pageLanguage, browserLanguage, expected] of [
    ['de-AT', 'en-US', 'Alle ablehnen'],
    ['en', 'de-DE', 'Reject all'],
    ['', 'de-DE', 'Alle ablehnen'],
    ['fr', 'fr-FR', 'Reject all'],
  ] as const) {
    const context = await lab.browser.newContext({ locale: browserLanguage });
    const page = await context.newPage();
    await page.goto(lab.world.page('/', html(lab.world.tag(), '', pageLanguage)));
    await page.waitForSelector(BANNER);
    assert.equal(await page.textContent(REJECT), expected);
    await context.close();
  }
});

test('a language that does not come in time is given up for the one that is there', async () => {
  const page = await lab.browser.newPage();
  await page.route('**/de.json', () => {});
  await page.goto(lab.world.page('/', html(lab.world.tag(), '', 'de')));
  await page.waitForSelector(BANNER);
  assert.equal(await page.textContent(REJECT), 'Reject all');
  assert.equal(await page.locator('#assent-root').getAttribute('lang'), 'en');
  await page.close();
});

const hostile = `<style>
html { font-size: 62.5% } body { text-transform: uppercase; letter-spacing: .2em; line-height: 3; text-align: center }
button, input, label { background: red; text-transform: uppercase; width: 100%; font-size: 40px; display: none; float: left }
p, div, span, section, footer, dialog, ul, li, h2, a { font-size: 40px; color: lime; margin: 40px; padding: 40px; position: static; opacity: .3 }
* { border: 5px solid red; box-shadow: 0 0 9px red; letter-spacing: .2em } body * { transform: rotate(3deg); animation: x 1s; all: unset }
body *::before { content: 'X' }
body.home section, body.home button { background: red; display: block }
button { background: red !important; color: lime !important; width: 100% !important }
</style>`;

// Without the edges, behind whose rounded corners the page itself is seen.
const picture = async (page: Page, selector: string): Promise<Buffer> => {
  const box = (await page.locator(selector).boundingBox())!;
  return page.screenshot({
    clip: { x: box.x + 16, y: box.y + 16, width: box.width - 32, height: box.height - 32 },
  });
};

test("the page's styles do not reach the notice", async () => {
  const size = { viewport: { width: 1280, height: 800 } };
  const pictures: Buffer[] = [];
  for (const styles of ['', hostile]) {
    const context = await lab.browser.newContext(size);
    const page = await context.newPage();
    const styled = html(lab.world.tag() + styles).replace('<body>', '<body class="home">');
    await page.goto(lab.world.page('/', styled));
    await page.waitForSelector(BANNER);
    pictures.push(await picture(page, BANNER));
    await page.click(MANAGE);
    await page.waitForSelector(PREFERENCES);
    pictures.push(await picture(page, PREFERENCES));
    await context.close();
  }
  assert.ok(pictures[0]!.equals(pictures[2]!), 'the first layer looks the same');
  assert.ok(pictures[1]!.equals(pictures[3]!), 'the second layer looks the same');
});

test('calls before the script are made up for, late listeners get the last event', async () => {
  const page = await lab.browser.newPage();
  const stub = `<script>window.assent||(window.assent=new Proxy({q:[]},{get:(t,m)=>m in t?t[m]:(...a)=>{t.q.push([m,...a])}}));
assent.on('choice', (state) => (self.early = state.purposes)); assent.accept(['marketing'])</script>`;
  await page.goto(lab.world.page('/', html(stub + lab.world.tag())));
  await page.waitForSelector(OPEN);
  const expected = { essential: true, analytics: false, marketing: true };
  assert.deepEqual(await page.evaluate(() => (self as any).early), expected);
  assert.equal(lab.world.posts[0]?.source, 'api');
  const late = await page.evaluate(() => {
    let purposes: unknown;
    const stop = (self as any).assent.on('choice', (state: any) => (purposes = state.purposes));
    stop();
    (self as any).assent.reject();
    return purposes;
  });
  assert.deepEqual(late, expected);
  await page.close();
});

test('a framework that replaces the body keeps the notice, a blocker that removes it is not fought', async () => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag())));
  await page.waitForSelector(BANNER);
  await page.evaluate(() => document.documentElement.replaceChild(document.createElement('body'), document.body));
  await page.waitForSelector(BANNER);
  await page.evaluate(() => {
    document.querySelector('#assent-root')?.remove();
    document.body.append('more');
  });
  assert.equal(await page.locator('#assent-root').count(), 0);
  await page.close();
});
