import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Notice } from '../../schemas/types.gen.ts';
import { meanwhile, startBrowser, until } from './harness/browser.ts';
import { ask as get, loadWorker, startEdge } from './harness/edge.ts';
import { html } from './harness/lab.ts';
import { usual } from './harness/notice.ts';
import { ACCEPT, BANNER, OPEN } from './harness/selectors.ts';
import { startWorld, type World } from './harness/world.ts';

// A third party's address without port, as it is on the web: CSP compares ports too.
const hosts: Record<string, string> = {
  'google-analytics': 'stats.vendor.test',
  'meta-pixel': 'pixel.vendor.test',
  youtube: 'tube.vendor.test',
};

const notice: Notice = {
  ...usual,
  services: (usual.services ?? []).map((one) => ({ ...one, hosts: [hosts[one.id] ?? ''] })),
  exempt: ['cdn.vendor.test'],
};

const PLACEHOLDER = 'placeholder-of-this-shop';
const NONCE = 'bm9uY2Utb2YtYS10ZXN0';

let world: World;
let browser: Browser;
let site: string;

const ask = async (query: string): Promise<string> => {
  const answer = await get(world.port, new Request(`${world.assent}/v1/sites/${site}/policy?${query}`));
  assert.equal(answer.status, 200, query);
  return answer.text();
};

const headerFor = async (query: string): Promise<Record<string, string>> => {
  const { header, value } = JSON.parse(await ask(`nonce=${NONCE}&${query}`)) as { header: string; value: string };
  return { [header]: value };
};

/** One tag of each kind that nobody annotated, in static HTML, and hints that browsers follow before all. */
const bare = (host: string, name: string): string => {
  const at = `http://${host}/${name}`;
  return `
<link rel="preload" as="script" href="${at}-preload.js"><link rel="preload" as="image" href="${at}-preload.gif">
<script src="${at}-plain.js"></script><script async src="${at}-async.js"></script>
<script defer src="${at}-defer.js"></script><script type="module" src="${at}-module.js"></script>
<link rel="stylesheet" href="${at}-sheet.css"><style>@import url(${at}-import.css); h1 { background: url(${at}-paint.gif) }</style>
<img alt="" src="${at}-image.gif"><iframe title="film" src="${at}-frame.html"></iframe>
<video src="${at}-film.mp4" preload="auto"></video><object data="${at}-object.html"></object>`;
};

const annotated = (host: string, id: string, nonce: string): string => `
<script type="text/plain" nonce="${nonce}" data-assent="${id}" src="http://${host}/gated-${id}.js"></script>
<img alt="" data-assent="${id}" data-src="http://${host}/gated-${id}.gif">
<iframe title="film" data-assent="${id}" data-src="http://${host}/gated-${id}.html"></iframe>`;

const everything = (nonce: string): string => {
  const tags = Object.entries(hosts).map(([id, host]) => bare(host, id) + annotated(host, id, nonce));
  return html(
    `<script nonce="${nonce}">self.own = true</script>${world.tag(`async nonce="${nonce}"`, site)}${tags.join('')}`,
    bare('cdn.vendor.test', 'exempt'),
  );
};

/** What third parties were asked for, as far as a list of hosts decides: scripts need a nonce. */
const loaded = (): string[] =>
  [...new Set(world.hits.filter((hit) => /^\/[a-z-]+-(image|frame|sheet)\./.test(hit)))].sort();

const shown = (...ids: string[]): string[] =>
  ids.flatMap((id) => [`/${id}-frame.html`, `/${id}-image.gif`, `/${id}-sheet.css`]).sort();

const ownScriptRuns = (page: Page): Promise<unknown> => page.evaluate(() => (self as unknown as { own?: true }).own);

const all = Object.keys(hosts);
const scripts = all.map((id) => `/gated-${id}.js`).sort();
const embeds = all.flatMap((id) => [`/gated-${id}.gif`, `/gated-${id}.html`]).sort();

const gatedHits = (): string[] => world.hits.filter((hit) => hit.startsWith('/gated-')).sort();

before(async () => {
  world = await startWorld();
  browser = await startBrowser(`MAP *.vendor.test:80 127.0.0.1:${world.port}, `);
  site = await world.addSite(notice);
});

after(async () => {
  await browser?.close();
  await world?.stop();
});

beforeEach(() => world.reset());

test('without the header the browser asks for unannotated tags before any script can stop it', async () => {
  const page = await browser.newPage();
  await page.goto(world.page('/', everything(NONCE)));
  for (const id of all) assert.ok(world.hits.includes(`/${id}-plain.js`), id);
  await page.close();
});

const grants: Record<string, string[]> = {
  '': [],
  analytics: ['google-analytics'],
  marketing: ['meta-pixel', 'youtube'],
  youtube: ['youtube'],
  'analytics,marketing': all,
};

for (const [grant, ids] of Object.entries(grants)) {
  test(`under the header for "${grant}" only what that grants is asked for, static tags and hints included`, async () => {
    const page = await browser.newPage();
    await page.goto(world.page('/', everything(NONCE), await headerFor(`grant=${grant}`)));
    assert.equal(await ownScriptRuns(page), true);
    await until(() => loaded().length >= 3 * (ids.length + 1), 'what is allowed is loaded');
    await meanwhile(500);
    assert.deepEqual(loaded(), shown(...ids, 'exempt'));
    for (const id of all.filter((one) => !ids.includes(one))) {
      assert.deepEqual(
        world.hits.filter((hit) => hit.includes(id)),
        [],
      );
    }
    assert.deepEqual(
      world.hits.filter((hit) => /\.js$|object/.test(hit)),
      [],
      'no script of a third party runs without a nonce',
    );
    await page.close();
  });
}

/** Visits, grants, visits again. Between the visits only scripts may load: the first page keeps its header. */
const visit = async (context: BrowserContext, next: () => Promise<unknown>): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(`${world.shop}/`);
  await page.waitForSelector(BANNER);
  await meanwhile(500);
  const early = world.hits.filter((hit) => !hit.includes('exempt'));
  assert.deepEqual(early, []);
  await page.click(ACCEPT);
  await until(() => gatedHits().length >= scripts.length, 'the gated scripts are asked for');
  await meanwhile(300);
  assert.deepEqual(gatedHits(), scripts);
  await until(
    () => page.evaluate((wanted) => (self as unknown as { ran?: string[] }).ran?.length === wanted, all.length),
    'they run in the same page',
  );
  world.reset();
  await next();
  await page.reload();
  await until(() => gatedHits().length >= scripts.length + embeds.length, 'the rest comes with the next visit');
  assert.deepEqual(gatedHits(), [...scripts, ...embeds].sort());
  await until(() => loaded().length >= 3 * (all.length + 1), 'unannotated embeds too');
  assert.deepEqual(loaded(), shown(...all, 'exempt'));
  return page;
};

test('after a grant gated scripts run in the same page, and everything else from the next one on', async () => {
  const context = await browser.newContext();
  world.page('/', everything(NONCE), await headerFor(''));
  await visit(context, async () => {
    const [{ value } = { value: '' }] = (await context.cookies()).filter(({ name }) => name === 'assent');
    world.page('/', everything(NONCE), await headerFor(`choice=${value}`));
  });
  await context.close();
});

test('auto-block starts in the same page, once, what the header held back', async () => {
  const own = site;
  site = await world.addSite({ ...notice, autoBlock: 'block' });
  const page = await browser.newPage();
  const tags = Object.entries(hosts).map(([id, host]) => bare(host, id));
  const markup = html(world.tag(`nonce="${NONCE}"`, site) + tags.join(''));
  await page.goto(world.page('/', markup, await headerFor('')));
  await page.waitForSelector(BANNER);
  await meanwhile(500);
  assert.deepEqual(world.hits, []);
  await page.click(ACCEPT);
  const wanted = all.flatMap((id) => ['async', 'defer', 'module', 'plain'].map((kind) => `/${id}-${kind}.js`)).sort();
  const started = () => world.hits.filter((hit) => hit.endsWith('.js') && !hit.includes('preload')).sort();
  await until(() => started().length >= wanted.length, 'every script is asked for');
  await meanwhile(300);
  assert.deepEqual(started(), wanted);
  site = own;
  await page.close();
});

/** Names of the scripts that have run, a script that ran twice twice. */
const ran = (page: Page): Promise<string[]> =>
  page.evaluate(() => ((self as unknown as { ran?: string[] }).ran ?? []).sort());

// A script with the nonce may insert others, so auto-block has to be there before it: an async script may come later.
for (const [name, how, hasStub] of [
  ['sync script', '', false],
  ['async script', 'async', false],
  ['stub and async script', 'async', true],
] as const) {
  test(`auto-block starts on later pages, once, what was granted and what the header refused for want of a nonce: ${name}`, async () => {
    const blocking = await world.addSite({ ...notice, autoBlock: 'block' });
    const stub = hasStub ? (await world.stub(blocking)).replace('<script>', `<script nonce="${NONCE}">`) : '';
    const granted = { 'google-analytics': 'stats.vendor.test' };
    const context = await browser.newContext();
    const page = await context.newPage();
    const tags = Object.entries(hosts).map(([id, host]) => bare(host, id));
    const insert = `<script nonce="${NONCE}">const made = document.createElement('script'); made.src = 'http://stats.vendor.test/both.js'; document.head.append(made);</script>`;
    const both = `${how === '' || hasStub ? insert : ''}<script src="http://stats.vendor.test/both.js"></script>`;
    const first = html(world.tag(`nonce="${NONCE}"`, blocking));
    await page.goto(world.page('/', first, await headerFor('')));
    await page.waitForSelector(BANNER);
    await page.evaluate(() =>
      (self as unknown as { assent: { accept(ids: string[]): void } }).assent.accept(['analytics']),
    );
    const early = `<script src="http://stats.vendor.test/before.js"></script>`;
    const markup = html(early + stub + world.tag(`${how} nonce="${NONCE}"`, blocking) + tags.join('') + both);
    world.page('/', markup, await headerFor('grant=analytics'));
    const kinds = Object.keys(granted).flatMap((id) =>
      ['async', 'defer', 'module', 'plain'].map((kind) => `${id}-${kind}`),
    );
    const wanted = [...kinds, 'before', 'both'].sort();
    for (let round = 0; round < 2; round++) {
      world.reset();
      await page.reload();
      await page.waitForSelector(OPEN);
      await until(async () => (await ran(page)).length >= wanted.length, 'what is granted runs');
      await meanwhile(300);
      assert.deepEqual(await ran(page), wanted);
    }
    await page.evaluate(() => (self as unknown as { assent: { withdraw(): void } }).assent.withdraw());
    world.page('/', markup, await headerFor(''));
    world.reset();
    await page.reload();
    await page.waitForSelector(OPEN);
    await meanwhile(500);
    assert.deepEqual(await ran(page), []);
    assert.deepEqual(world.hits, []);
    await page.evaluate(() => (self as unknown as { assent: { accept(): void } }).assent.accept());
    await until(async () => (await ran(page)).length >= 3 * kinds.length + 2, 'a grant starts all in the same page');
    await context.close();
  });
}

test('the edge worker does the same by itself, with a new nonce for each page', async (t) => {
  const edge = await startEdge(await loadWorker(await ask(`format=worker&nonce=${PLACEHOLDER}`)), world.port);
  t.after(edge.stop);
  const { host } = new URL(world.shop);
  const routes = `MAP ${host} 127.0.0.1:${edge.port}, MAP *.vendor.test:80 127.0.0.1:${world.port}, `;
  const behind = await startBrowser(routes);
  t.after(() => behind.close());
  const context = await behind.newContext();
  const nonces = new Set<string>();
  context.on('response', async (answer) => {
    const { 'content-security-policy': value, ...headers } = answer.headers();
    const nonce = answer.url() === `${world.shop}/` && value?.match(/'nonce-([^']{24})'/)?.[1];
    if (nonce) nonces.add(nonce);
    if (nonce) assert.equal(headers['cache-control'], 'private, no-cache');
  });
  world.page('/', everything(PLACEHOLDER));
  const page = await visit(context, async () => undefined);
  assert.equal(await ownScriptRuns(page), true);
  await page.evaluate(() => (self as unknown as { assent: { withdraw(): void } }).assent.withdraw());
  world.reset();
  await page.reload();
  await page.waitForSelector(OPEN);
  await meanwhile(500);
  assert.deepEqual(loaded(), shown('exempt'));
  assert.deepEqual(gatedHits(), []);
  assert.equal(nonces.size, 3);
});
