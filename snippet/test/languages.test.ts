import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { html, openLab } from './harness/lab.ts';
import { usual } from './harness/notice.ts';
import { BANNER, MANAGE, PREFERENCES } from './harness/selectors.ts';

const lab = openLab();
const folder = join(import.meta.dirname, '../src/texts');
const languages = readdirSync(folder).map((name) => name.replace('.json', ''));
const read = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(join(folder, `${language}.json`), 'utf8'));

/** Words that are cut off, labels that break within a word, and pages that have to be scrolled sideways. */
const misfits = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const all = document.querySelectorAll<HTMLElement>('#assent-root :is(button, a, h2, p, label, summary, dt, dd)');
    const visible = [...all].filter((e) => e.checkVisibility());
    const cut = visible.filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline');
    const range = document.createRange();
    const broken = visible.flatMap((e) => {
      const node = e.firstChild;
      if (e.localName !== 'button' || !(node instanceof Text)) return [];
      return [...node.data.matchAll(/[^\s-]+-?/g)].filter(({ index, 0: word }) => {
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        return range.getClientRects().length > 1;
      });
    });
    const wide = document.documentElement.scrollWidth > innerWidth ? ['the page'] : [];
    return [...wide, ...cut.map((e) => e.textContent!), ...broken.map(([word]) => word)];
  });

/** Loads the page again if a language comes late, which is given up for the default, as it should be. */
const openIn = async (page: Page, language: string, tag: string, own = language): Promise<void> => {
  const shown = () => page.locator('#assent-root').getAttribute('lang');
  for (let tries = 0; tries < 20; tries++) {
    await page.goto(lab.world.page('/', html(tag, '', own)));
    await page.waitForSelector(BANNER);
    if ((await shown()) === language) return;
  }
  assert.equal(await shown(), language);
};

test('every language is shown in its own words and direction and fits the smallest phone', async (t) => {
  const site = await lab.world.addSite({ ...usual, languages });
  const context = await lab.browser.newContext({ viewport: { width: 320, height: 568 } });
  for (const language of languages) {
    await t.test(language, async () => {
      const page = await context.newPage();
      await openIn(page, language, lab.world.tag('async', site));
      const own = read(language);
      for (const key of ['banner.title', 'action.accept-all', 'action.reject-all'])
        assert.ok((await page.locator(BANNER).textContent())!.includes(own[key]!), key);
      const direction = language === 'ar' || language === 'he' ? 'rtl' : 'ltr';
      assert.deepEqual(await page.locator('#assent-root').evaluate((e: HTMLElement) => [e.lang, e.dir]), [
        language,
        direction,
      ]);
      assert.deepEqual(await misfits(page), []);
      await page.click(MANAGE);
      for (const summary of await page.locator(`${PREFERENCES} summary`).all()) await summary.click();
      assert.deepEqual(await misfits(page), []);
      await page.close();
    });
  }
  await context.close();
});

for (const [wanted, shown] of Object.entries({
  'zh-TW': 'zh-Hant',
  'zh-CN': 'zh',
  'nb-NO': 'no',
  'pt-BR': 'pt-BR',
  'pt-PT': 'pt',
})) {
  test(`a browser in ${wanted} is asked in ${shown}`, async () => {
    const site = await lab.world.addSite({ ...usual, languages: ['en', 'zh-Hant', 'zh', 'no', 'pt-BR', 'pt'] });
    const context = await lab.browser.newContext({ locale: wanted });
    const page = await context.newPage();
    await openIn(page, shown, lab.world.tag('async', site), '');
    await context.close();
  });
}
