import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { meanwhile } from '../test/harness/browser.ts';
import type { Contender } from './contenders.ts';

/** A machine and a network to measure on. */
export interface Condition {
  readonly name: string;
  /** How many times slower than this machine. */
  readonly slowdown: number;
  /** Milliseconds that each request takes, and bytes per second. */
  readonly network?: { readonly latency: number; readonly throughput: number };
}

/** What one visit showed. Times in milliseconds, sizes in bytes; what was not measured is missing. */
export type Figures = Readonly<Record<string, number | undefined>>;

/** What probe.js notes. */
interface Seen {
  readonly visible: number;
  readonly settled: number;
  readonly x: number;
  readonly y: number;
  readonly shift: number;
  readonly blocking: number;
  readonly largest: string;
  readonly painted: number;
  readonly tag: number;
  readonly clicked: number;
}

type Probed = { readonly whenSettled: Promise<Seen>; readonly tagRan: Promise<Seen> };

const probe = await readFile(join(import.meta.dirname, 'probe.js'), 'utf8');

// Each visitor is a profile of its own: nothing is cached, and the page's process and heap are new.
const visitor = async <T>(browser: Browser, use: (context: BrowserContext) => Promise<T>): Promise<T> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  // A visit that waits for something that never comes ends with an error instead.
  const overdue = setTimeout(() => context.close(), 30_000);
  try {
    return await use(context);
  } finally {
    clearTimeout(overdue);
    await context.close();
  }
};

const open = async (context: BrowserContext, { slowdown, network }: Condition): Promise<[Page, CDPSession]> => {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  if (network) {
    await devtools.send('Network.enable');
    const { latency, throughput } = network;
    const limits = { latency, downloadThroughput: throughput, uploadThroughput: throughput };
    await devtools.send('Network.emulateNetworkConditions', { offline: false, ...limits });
  }
  return [page, devtools];
};

/** Visits as a person does: sees the notice, says yes, comes back on the next page. */
export const lookAt = (browser: Browser, condition: Condition, contender: Contender, url: string): Promise<Figures> =>
  visitor(browser, async (context) => {
    const { banner, accept, inert = 0 } = contender;
    const target = JSON.stringify({ banner, accept, quiet: 600 + 100 * condition.slowdown });
    await context.addInitScript({ content: probe.replace('TARGET', () => target) });
    const [page] = await open(context, condition);
    await page.goto(url, { waitUntil: 'commit' });
    const first = await page.evaluate(() => (self as unknown as Probed).whenSettled);
    const shown = { painted: first.painted, shift: first.shift, blocking: first.blocking };
    if (!banner) return shown;
    await page.mouse.click(first.x, first.y);
    const clicked = await page.evaluate(() => (self as unknown as Probed).tagRan);
    // What the choice sends has left the line by the time that a person follows a link.
    await meanwhile(1000);
    await page.goto(url, { waitUntil: 'commit' });
    const again = await page.evaluate(() => (self as unknown as Probed).tagRan);
    return {
      ...shown,
      visible: first.visible,
      settled: Math.max(first.settled, first.visible + inert),
      largest: +(first.largest === 'notice'),
      click: clicked.tag - clicked.clicked,
      returning: again.tag,
    };
  });

const metrics = async (devtools: CDPSession): Promise<Record<string, number>> => {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
};

// Counts requests that are not for the page itself, and what they brought.
const countRequests = async (devtools: CDPSession, url: string): Promise<{ requests: number; bytes: number }> => {
  const count = { requests: 0, bytes: 0 };
  const ours = new Set<string>();
  await devtools.send('Network.enable');
  devtools.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (request.url === url || !request.url.startsWith('http')) return;
    ours.add(requestId);
    count.requests++;
  });
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (ours.has(requestId)) count.bytes += encodedDataLength;
  });
  return count;
};

/** Visits without watching, so that only the contender's own work is counted. */
export const weigh = (browser: Browser, condition: Condition, url: string): Promise<Figures> =>
  visitor(browser, async (context) => {
    const [page, devtools] = await open(context, condition);
    await devtools.send('Performance.enable');
    const counted = await countRequests(devtools, url);
    await page.goto(url);
    await meanwhile(400 + 200 * condition.slowdown);
    const work = await metrics(devtools);
    await devtools.send('HeapProfiler.collectGarbage');
    await devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await devtools.send('Runtime.getHeapUsage');
    const live = await metrics(devtools);
    return {
      main: work.TaskDuration! * 1000,
      script: (work.ScriptDuration! + work.V8CompileDuration!) * 1000,
      heap: usedSize,
      nodes: live.Nodes!,
      listeners: live.JSEventListeners!,
      ...counted,
    };
  });

// A page's own script puts 10,000 elements into it, a thousand at a time, each time in a task of its own.
const insertNodes = async (): Promise<void> => {
  for (let task = 0; task < 10; task++) {
    const list = document.body.appendChild(document.createElement('ul'));
    for (let i = 0; i < 333; i++) {
      const item = list.appendChild(document.createElement('li'));
      item.append(document.createElement('span'), document.createElement('b'));
    }
    await new Promise((next) => setTimeout(next));
  }
};

/** What a page's own insertions take of the main thread with whoever watches them: all of the script that runs meanwhile. */
export const insert = (browser: Browser, condition: Condition, url: string): Promise<Figures> =>
  visitor(browser, async (context) => {
    const [page, devtools] = await open(context, condition);
    await devtools.send('Performance.enable');
    await page.goto(url);
    await meanwhile(400 + 200 * condition.slowdown);
    const before = await metrics(devtools);
    await page.evaluate(insertNodes);
    const after = await metrics(devtools);
    return { insertions: (after.ScriptDuration! - before.ScriptDuration!) * 1000 };
  });
