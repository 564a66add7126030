import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { ACCEPT } from './harness/selectors.ts';

const lab = openLab();

test('a withdrawal deletes databases too, looks again, and tells what it removed', async () => {
  const page = await (await lab.browser.newContext()).newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag())));
  await page.click(ACCEPT);
  await page.evaluate(async () => {
    for (const name of ['_ga_store', 'own'])
      await new Promise((made) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => {
          request.result.close();
          made(0);
        };
      });
    document.cookie = '_ga=1';
    (self as any).removed = [];
    (self as any).assent.on('change', (news: any) => (self as any).removed.push(...(news.removed || [])));
    (self as any).assent.withdraw();
    // As a tag does that still runs.
    document.cookie = '_gid=2';
  });
  await until(async () => !(await page.evaluate(() => document.cookie)).includes('_g'), 'the late one is gone');
  await until(
    async () => (await page.evaluate(() => (self as any).removed)).sort().join() === '_ga,_ga_store,_gid',
    'all are told',
  );
  assert.deepEqual(await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name)), ['own']);
  await until(() => lab.world.posts.length === 2, 'both decisions are posted');
  assert.deepEqual(lab.world.posts[1]!.removed, ['_ga']);
  await page.context().close();
});
