import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { meanwhile } from './harness/browser.ts';
import { openLab } from './harness/lab.ts';

const lab = openLab();

const RUNS = 200;
// A slowed tab keeps a core busy even while it waits: more of them take each other the time.
const TABS = 2;
const SLOWNESS = 6;
// The limit is there to end a test that failed, on whatever machine.
const PATIENCE = 120_000;
// Seldom, so that the asking does not take the time of what is waited for.
const POLL = { polling: 100, timeout: PATIENCE };
const SEED = Number(process.env.SEED || Date.now() % 1e6);

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
const numbersFrom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

type Dice = () => number;

const pick = <T>(dice: Dice, list: readonly T[]): T => list[Math.floor(dice() * list.length)]!;

const HEAD = ['external', 'module', 'service'];

/** What runs once on every page, in the order of the alphabet. */
const BASE = ['end', ...HEAD, 'inline'].sort();

const gated = (kind: string, name: string, run: string) =>
  `<script type="text/plain" data-assent="${kind}" src="${lab.world.vendor}/${name}.js?${run}"></script>`;

/** Where the script stands in a page: first, blocking, deferred, before a long text, or last. */
const SLOTS = ['async', '', 'defer', 'long', 'late'] as const;

const publish = (slot: string, run: string): string => {
  const { world } = lab;
  const script = world.tag(slot === 'long' || slot === 'late' ? 'async' : slot);
  const tags =
    HEAD.map((name) => gated(name === 'service' ? 'meta-pixel' : 'analytics', name, run)).join('') +
    `<script type="text/plain" data-assent="analytics">(self.ran ||= []).push('inline')</script>
<img alt="" data-assent="marketing" data-src="${world.vendor}/pixel.gif?${run}">
<iframe title="video" data-assent="youtube" data-src="${world.vendor}/frame.html?${run}"></iframe>`;
  const text = `<main>${'<p>Text</p>'.repeat(slot === 'long' ? 200 : 20)}</main>`;
  const end = gated('analytics marketing', 'end', run);
  const body = slot === 'late' ? tags + text + end + script : text + tags + end;
  return world.page(
    `/${run}/${slot || 'blocking'}`,
    `<!doctype html><html lang="en"><head><title>Shop</title>${slot === 'late' ? '' : script}</head><body>${body}</body></html>`,
  );
};

// Functions whose source is evaluated in the page.
const ran = () => [...((self as any).ran || [])].sort();
const isThere = () => !!(self as any).assent?.get;
const forget = () => {
  localStorage.clear();
  document.cookie = 'assent=;path=/;max-age=0';
};
const insert = ([address, route]: string[]) => {
  const script = document.createElement('script');
  script.type = 'text/plain';
  script.dataset.assent = 'analytics';
  script.src = address!;
  if (!route) return document.documentElement.append(script);
  history.pushState(null, '', route);
  const main = document.createElement('main');
  main.append('Another page', script);
  document.querySelector('main')?.remove();
  document.documentElement.append(main);
};

interface Tab {
  readonly page: Page;
  readonly dice: Dice;
  /** How many times slower than this machine the page is; what a run only needs to begin and end goes at full speed. */
  slowed(rate: number): Promise<unknown>;
}

/** Its addresses are its own, so that what an earlier run asked for is never taken for its. */
interface Run extends Tab {
  readonly name: string;
  readonly urls: readonly string[];
}

const go = (page: Page, url: string) => page.goto(url, { waitUntil: 'commit' });
const aWhile = ({ dice }: Tab) => meanwhile(dice() ** 2 * 150);

/** Reloads (0) or goes back (-1) as the browser's buttons do, into the back-forward cache too. */
const travel = async (page: Page, steps: number): Promise<void> => {
  const committed = page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame());
  await page.evaluate((by) => void setTimeout(() => history.go(by)), steps);
  await committed;
};

/** What happens while a page loads, or after. Each resolves with what must run in the document then at hand. */
const moves: Readonly<Record<string, (run: Run) => Promise<string[]>>> = {
  async reload({ page }) {
    await travel(page, 0);
    return BASE;
  },
  async back(run) {
    // The same address again would take its place in the history.
    const others = run.urls.filter((url) => url !== run.page.url());
    await go(run.page, pick(run.dice, others));
    await aWhile(run);
    await travel(run.page, -1);
    return BASE;
  },
  async route({ page, name }) {
    await page.evaluate(insert, [`${lab.world.vendor}/route.js?${name}`, `/${name}/elsewhere`]);
    return [...BASE, 'route'].sort();
  },
  async insert({ page, name }) {
    await page.evaluate(insert, [`${lab.world.vendor}/later.js?${name}`]);
    return [...BASE, 'later'].sort();
  },
};

const api = async ({ page }: Tab, method: 'accept' | 'withdraw'): Promise<void> => {
  await page.waitForFunction(isThere, undefined, POLL);
  await page.evaluate((name) => (self as any).assent[name](), method);
};

/** Leaves the visitor in a state, on no page. */
const prepare = async (tab: Tab, state: string): Promise<void> => {
  await tab.slowed(1);
  if (state === 'pending') await tab.page.evaluate(forget);
  if (state === 'granted') await api(tab, 'accept');
  await go(tab.page, 'about:blank');
  await tab.slowed(SLOWNESS);
};

const runOnce = async (run: Run, state: string, move: string): Promise<void> => {
  const hits = () => lab.world.hits.filter((url) => url.endsWith(`?${run.name}`));
  await prepare(run, state);
  await go(run.page, pick(run.dice, run.urls));
  await aWhile(run);
  const expected = await moves[move]!(run);
  await aWhile(run);
  if (state !== 'granted') {
    assert.deepEqual(hits(), [], 'nothing is asked for before a grant');
    await api(run, 'accept');
  }
  await run.page.waitForFunction((many) => (self as any).ran?.length >= many, expected.length, POLL);
  await meanwhile(30);
  assert.deepEqual(await run.page.evaluate(ran), expected);
  await run.slowed(1);
  await api(run, 'withdraw');
};

const openTab = async (index: number): Promise<Tab> => {
  const context = await lab.browser.newContext();
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  const slowed = (rate: number) => devtools.send('Emulation.setCPUThrottlingRate', { rate });
  await go(page, publish('', `tab${index}`));
  return { page, dice: numbersFrom(SEED + index), slowed };
};

const runAll = async (tab: Tab, index: number): Promise<void> => {
  for (let number = 0; number < RUNS / TABS; number++) {
    const name = `tab${index}-${number}`;
    const run = { ...tab, name, urls: SLOTS.map((slot) => publish(slot, name)) };
    const state = pick(tab.dice, ['pending', 'refused', 'granted']);
    const move = pick(tab.dice, Object.keys(moves));
    await runOnce(run, state, move).catch((error: Error) => {
      throw new Error(`SEED=${SEED}: run ${name}, ${state}, ${move}: ${error.message}`, { cause: error });
    });
  }
  await tab.page.context().close();
};

// Threat B5.1
test(`on a slow machine nothing runs early, is missed or doubled: ${RUNS} runs with random timing`, async () => {
  const tabs = await Promise.all(Array.from({ length: TABS }, (_, index) => openTab(index)));
  await Promise.all(tabs.map(runAll));
});
