import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanwhile, until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { BANNER } from './harness/selectors.ts';

const lab = openLab();

test('report mode holds nothing back and tells each third party once, on the console and to the server', async () => {
  const { world, browser } = lab;
  const site = await world.addSite({
    purposes: [{ id: 'analytics' }, { id: 'marketing' }],
    services: [{ id: 'known', purpose: 'marketing', name: 'Known', hosts: ['vendor.test'] }],
    exempt: ['exempt.test'],
    languages: ['en'],
    privacyPolicy: '/privacy',
    autoBlock: 'report',
  });
  const other = (name: string) => world.vendor.replace('vendor.test', name);
  const page = await (await browser.newContext()).newPage();
  const told: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('would hold back')) told.push(message.text());
  });
  const tags = `<script src="${world.vendor}/a.js"></script>
<img alt="" src="${other('unknown.test')}/c.gif"><img alt="" src="${other('exempt.test')}/d.gif">`;
  await page.goto(world.page('/', html(world.tag('async', site), tags)));
  await page.waitForSelector(BANNER);
  const sightings = () => world.posts.flatMap((post) => (post as any).sightings || []);
  await until(() => sightings().length >= 2, 'the server is told');
  await until(() => told.length > 0, 'the console is told');
  await meanwhile(300);
  assert.deepEqual(
    sightings().sort((a, b) => (a.host < b.host ? -1 : 1)),
    [
      { host: 'unknown.test', kind: 'image', service: '' },
      { host: 'vendor.test', kind: 'script', service: 'known' },
    ],
  );
  assert.equal(told.length, 1);
  assert.match(told[0]!, /vendor\.test.*known/);
  assert.deepEqual([...world.hits].sort(), ['/a.js', '/c.gif', '/d.gif']);
  await page.context().close();
});
