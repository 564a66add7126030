import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { html, openLab } from './harness/lab.ts';
import { usual } from './harness/notice.ts';
import { ACCEPT, BANNER, MANAGE, PREFERENCES, REJECT } from './harness/selectors.ts';

const lab = openLab();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };

// What pages do to every element, each as frameworks, resets and careless sheets have it.
const hostile: Record<string, [style: string, markup?: string]> = {
  'important reset': ['* { all: unset !important } *::before, *::after { content: "X" !important }'],
  "Bootstrap's reboot": [
    `*, ::before, ::after { box-sizing: border-box } body { margin: 0; font: 400 1rem/1.5 serif } h2 { font-size: 2rem; margin: 0 0 .5rem }
p { margin: 0 0 1rem } ul, dl { margin: 0 0 1rem; padding-left: 2rem } dt { font-weight: 700 } dd { margin: 0 0 .5rem }
label { display: inline-block } button { border-radius: 0; text-transform: none } a { color: #0d6efd }`,
  ],
  "Tailwind's preflight": [
    `@layer base { *, ::before, ::after, ::backdrop { margin: 0; padding: 0; border: 0 solid } h2 { font-size: inherit; font-weight: inherit }
ul { list-style: none } a { color: inherit; text-decoration: inherit } button, input { font: inherit; color: inherit; background: transparent; border-radius: 0 } }`,
  ],
  'moving ancestors': [
    'html, body { height: 100% } body { transform: translate(40px, 60px) rotate(1deg); contain: paint; filter: blur(1px); overflow: hidden }',
  ],
  'small root font': [
    'html { font-size: 62.5% } * { transition: all 9s; animation: x 9s infinite } @keyframes x { to { opacity: 0 } }',
  ],
  'wide buttons': ['button { width: 100% !important; background: red !important } input { display: none !important }'],
  'highest element': [
    'b { position: fixed; inset: 0; z-index: 2147483647; background: red }',
    '<b>over everything</b>',
  ],
};

const drawn = async (page: Page, selector: string): Promise<string> => {
  const box = (await page.locator(selector).boundingBox())!;
  // Without the edges, behind whose rounded corners the page itself is seen.
  const clip = { x: box.x + 16, y: box.y + 16, width: box.width - 32, height: box.height - 32 };
  return (await page.screenshot({ clip })).toString('base64');
};

const layers = async (style: string, markup = ''): Promise<string[]> => {
  const context = await lab.browser.newContext(desktop);
  const page = await context.newPage();
  await page.goto(lab.world.page('/', html(`${lab.world.tag()}<style>${style}</style>`, markup)));
  await page.waitForSelector(BANNER);
  const banner = await drawn(page, BANNER);
  await page.evaluate(() => (self as any).assent.open());
  await page.waitForSelector(`${PREFERENCES} dl`, { state: 'attached' });
  const pictures = [banner, await drawn(page, PREFERENCES)];
  await context.close();
  return pictures;
};

/** The share of pixels that differ; 1 where the sizes do. */
const difference = (page: Page, pictures: readonly [string, string]): Promise<number> =>
  page.evaluate(async (sources) => {
    const [a, b] = await Promise.all(
      sources.map(async (source) => {
        const image = new Image();
        image.src = `data:image/png;base64,${source}`;
        await image.decode();
        const { width, height } = image;
        const canvas = new OffscreenCanvas(width, height).getContext('2d')!;
        canvas.drawImage(image, 0, 0);
        return canvas.getImageData(0, 0, width, height);
      }),
    );
    if (a!.width !== b!.width || a!.height !== b!.height) return 1;
    const [left, right] = [new Uint32Array(a!.data.buffer), new Uint32Array(b!.data.buffer)];
    return left.filter((pixel, i) => pixel !== right[i]).length / left.length;
  }, pictures);

test('whatever a page does to its elements, the notice is drawn the same', async () => {
  const clean = await layers('');
  const judge = await lab.browser.newPage();
  for (const [name, [style, markup]] of Object.entries(hostile)) {
    const pictures = await layers(style, markup);
    for (const [i, layer] of ['banner', 'preferences'].entries()) {
      const share = await difference(judge, [clean[i]!, pictures[i]!]);
      assert.ok(share <= 0.001, `${name}: ${(share * 100).toFixed(3)} % of the ${layer} differ`);
    }
  }
  await judge.close();
});

test('a button shows that the pointer is on it, both answers alike', async () => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag())));
  const shadow = (button: string) => page.locator(button).evaluate((e) => getComputedStyle(e).boxShadow);
  assert.equal(await shadow(REJECT), 'none');
  await page.hover(REJECT);
  const hovered = await shadow(REJECT);
  assert.notEqual(hovered, 'none');
  await page.hover(ACCEPT);
  assert.equal(await shadow(ACCEPT), hovered);
  await page.close();
});

test('a link that takes two lines on a phone is one target, without a gap between them', async () => {
  const site = await lab.world.addSite({ ...usual, languages: ['de'] });
  const page = await lab.browser.newPage({ viewport: { width: 320, height: 640 } });
  await page.goto(lab.world.page('/', html(lab.world.tag('async', site), '', 'de')));
  await page.click(MANAGE);
  await page.waitForSelector(`${PREFERENCES} dl`, { state: 'attached' });
  await page.locator(`${PREFERENCES} summary`).first().click();
  const { height, line } = await page
    .locator(`${PREFERENCES} dl + a`)
    .first()
    .evaluate((link: HTMLElement) => ({
      height: link.offsetHeight,
      line: Number.parseFloat(getComputedStyle(link).lineHeight),
    }));
  assert.ok(line < 30 && height > 2 * line && height >= 44, `${height} pixels high, lines of ${line}`);
  await page.close();
});

test('letters of twice the size and names without a space make nothing stick out on a phone', async () => {
  const name = 'Donaudampfschifffahrtsgesellschaftsstatistik';
  const services = [{ id: 'count', purpose: 'analytics', name, provider: name }];
  const site = await lab.world.addSite({ ...usual, services, languages: ['de'] });
  const page = await lab.browser.newPage({ viewport: { width: 360, height: 640 } });
  const large = '<style>#assent-root#assent-root { font-size: 32px !important }</style>';
  await page.goto(lab.world.page('/', html(lab.world.tag('async', site) + large, '', 'de')));
  await page.click(MANAGE);
  await page.waitForSelector(`${PREFERENCES} dl`, { state: 'attached' });
  await page.locator(`${PREFERENCES} summary`).first().click();
  const wide = await page
    .locator(`:is(${BANNER}, ${PREFERENCES}), :is(${BANNER}, ${PREFERENCES}) div`)
    .evaluateAll((boxes) => boxes.filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.textContent));
  assert.deepEqual(wide, []);
  await page.close();
});

const violations = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const report = await (self as any).axe.run({ resultTypes: ['violations'] });
    return report.violations.flatMap((one: any) => one.nodes.map((node: any) => `${one.id}: ${node.html}`));
  });
};

const frame = '<iframe width="400" height="240" title="Video" data-assent="youtube" data-src="/video.html"></iframe>';

for (const layout of ['bar', 'box', 'centre'] as const)
  for (const language of ['de', 'ar'])
    for (const colorScheme of ['light', 'dark'] as const)
      test(`axe finds nothing in any state: ${layout}, ${language}, ${colorScheme}`, async () => {
        const site = await lab.world.addSite({ ...usual, languages: [language], look: { layout } });
        const context = await lab.browser.newContext({ viewport: { width: 360, height: 640 }, colorScheme });
        const page = await context.newPage();
        const style = '<style>:root { color-scheme: light dark }</style>';
        await page.goto(lab.world.page('/', html(style + lab.world.tag('async', site), frame, language)));
        await page.waitForSelector('[data-assent-embed]');
        await page.waitForSelector(BANNER);
        assert.deepEqual(await violations(page), []);
        await page.click(REJECT);
        await page.evaluate(() => (self as any).assent.open());
        await page.waitForSelector(`${PREFERENCES} div > details dl`, { state: 'attached' });
        for (const summary of await page.locator(`${PREFERENCES} summary`).all()) await summary.click();
        assert.deepEqual(await violations(page), []);
        await context.close();
      });
