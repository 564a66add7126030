import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Decision, Exposure, Notice, Sighting, Site } from '../../schemas/types.gen.ts';
import { newId, newSecret } from '../../snippet/src/ids.ts';
import { type Assent, startAssent } from '../../snippet/test/harness/assent.ts';
import { complaints, startBrowser } from '../../snippet/test/harness/browser.ts';

export const owner = { email: 'ada@shop.example', password: 'three unrelated nouns' };

export const dashboardOf = (assent: Assent): string => `http://127.0.0.1:${assent.port}/dashboard/`;

/** The set-up link that the server has printed. */
export const setupLink = (assent: Assent): string => {
  const link = /\S+\/dashboard\/#setup=\S+/.exec(assent.printed())?.[0];
  if (!link) throw new Error(`no set-up link in: ${assent.printed()}`);
  return link;
};

/** Fills in the form on show and sends it. */
export const enter = async (page: Page, password: string, email = owner.email): Promise<void> => {
  await page.fill('#email', email);
  await page.fill('#password', password);
  await page.click('button[type=submit]');
};

/** A server with a site, and its dashboard as the owner sees it. */
export interface Office {
  assent: Assent;
  browser: Browser;
  context: BrowserContext;
  page: Page;
  site: string;
  /** What the page complained of. */
  said: string[];
  close(): Promise<void>;
}

/** Opens an office whose site has the notice. The server gets further flags. */
export const openOffice = async (notice: Notice, ...flags: string[]): Promise<Office> => {
  const [assent, browser] = await Promise.all([startAssent(...flags), startBrowser()]);
  const viewport = { width: 1280, height: 900 };
  const context = await browser.newContext({ locale: 'en-GB', viewport, reducedMotion: 'reduce' });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const said = complaints(page);
  const site = await assent.addSite('https://shop.example', notice);
  await page.goto(setupLink(assent));
  await enter(page, owner.password);
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  const close = async () => {
    await browser.close();
    await assent.stop();
  };
  return { assent, browser, context, page, site, said, close };
};

/** One visitor's decision on the site, as the script posts it. */
export const decide = async (
  context: BrowserContext,
  assent: Assent,
  site: string,
  members: Partial<Decision>,
  userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
): Promise<void> => {
  const base = `http://127.0.0.1:${assent.port}`;
  const sites = (await (await context.request.get(`${base}/v1/admin/sites`)).json()) as Site[];
  const { notice, origins } = sites.find(({ id }) => id === site) ?? { notice: '', origins: [] };
  const body: Decision = {
    id: newId(Date.now()),
    secret: newSecret(),
    notice,
    action: 'accept-all',
    source: 'banner',
    locale: 'en',
    ...members,
  };
  const answer = await fetch(`${base}/v1/sites/${site}/decisions`, {
    method: 'POST',
    headers: { Origin: origins[0] ?? '', 'Content-Type': 'application/json', 'User-Agent': userAgent },
    body: JSON.stringify({ page: `${origins[0]}/cart`, ...body }),
  });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
};

/** A layer that came on screen of a visitor, or what became of it, as the script posts it. Returns the word for it. */
export const expose = async (
  assent: Assent,
  { id, origins, notice }: Site,
  members: Partial<Exposure>,
  userAgent: string,
): Promise<string> => {
  const answer = await fetch(`http://127.0.0.1:${assent.port}/v1/sites/${id}/exposures`, {
    method: 'POST',
    headers: { Origin: origins[0] ?? '', 'Content-Type': 'text/plain', 'User-Agent': userAgent },
    body: JSON.stringify({ notice, event: 'shown', locale: 'en', page: `${origins[0]}/cart`, ...members }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.status === 200 ? (await answer.json()).shown : '';
};

/** Third parties that one page of the site met, as the script posts them. */
export const sight = async (assent: Assent, site: string, origin: string, sightings: Sighting[]): Promise<void> => {
  const answer = await fetch(`http://127.0.0.1:${assent.port}/v1/sites/${site}/sightings`, {
    method: 'POST',
    headers: { Origin: origin, 'Content-Type': 'text/plain' },
    body: JSON.stringify({ sightings }),
  });
  if (answer.status !== 204) throw new Error(`${answer.status} ${await answer.text()}`);
};

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Violations that axe finds on the page as it is, one line each. */
export const violations = async (page: Page): Promise<string[]> => {
  // Evaluated by the debugger, which the page's policy does not bind.
  await page.evaluate(axe);
  const found = await page.evaluate('axe.run().then((result) => result.violations)');
  return (found as { id: string; nodes: { html: string }[] }[]).flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${id}: ${html}`),
  );
};

/** The headline's figures by their names. */
export const figures = (page: Page): Promise<Record<string, string>> =>
  page.$$eval('.figures > div', (cards) =>
    Object.fromEntries(
      cards.map((card) => [card.querySelector('dt')?.textContent, card.querySelector('.value')?.textContent]),
    ),
  );

/** How far the page is wider than the window, in CSS pixels. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** What reaches out of its card or the window at the sides and cannot be scrolled to, one line each. */
export const clipped = (page: Page): Promise<string[]> =>
  page.$$eval('body *', (elements) =>
    elements
      .filter((element) => {
        const room = (element.closest('.card') ?? document.documentElement).getBoundingClientRect();
        const { left, right, width } = element.getBoundingClientRect();
        if (width <= 1 || (left >= room.left - 1 && right <= room.right + 1)) return false;
        if (element.closest('.unseen, .stage')) return false;
        for (let around = element.parentElement; around; around = around.parentElement) {
          if (/auto|scroll/.test(getComputedStyle(around).overflowX)) return false;
        }
        return true;
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );

/** The page is without barriers and fits a phone, in both schemes. */
export const inEveryDress = async (page: Page): Promise<void> => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), [], colorScheme);
  }
  await page.setViewportSize({ width: 360, height: 640 });
  assert.equal(await overflow(page), 0);
  assert.deepEqual(await violations(page), []);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
};
