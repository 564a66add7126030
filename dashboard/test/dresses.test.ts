import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Found, Review, Site } from '../../schemas/types.gen.ts';
import { until } from '../../snippet/test/harness/browser.ts';
import { clipped, dashboardOf, decide, expose, type Office, openOffice, overflow, sight, violations } from './lab.ts';

// Every page in every dress: nothing may be wider than its window, cut off or out of a screen reader's reach.

const windows = {
  desk: { width: 1280, height: 800 },
  wall: { width: 1920, height: 1080 },
  phone: { width: 360, height: 640 },
  zoomed: { width: 320, height: 256 }, // 1280x1024 at 400 % (WCAG 1.4.10).
};

interface Dress {
  window: keyof typeof windows;
  colorScheme?: 'light' | 'dark';
  forcedColors?: 'active';
  dir: 'ltr' | 'rtl';
}

const dresses: Dress[] = [
  { window: 'desk', dir: 'ltr' },
  { window: 'desk', dir: 'ltr', forcedColors: 'active' },
  { window: 'wall', dir: 'ltr', colorScheme: 'dark' },
  { window: 'phone', dir: 'ltr' },
  { window: 'zoomed', dir: 'ltr' },
  { window: 'desk', dir: 'rtl', colorScheme: 'dark' },
  { window: 'phone', dir: 'rtl' },
  { window: 'zoomed', dir: 'rtl', forcedColors: 'active' },
];

/** A page of the dashboard, and what is on it when it is there. */
interface Leaf {
  path: string;
  there: string;
  /** What to press, to see more of it. */
  press?: string;
}

const leaves: Record<string, Leaf> = {
  Rates: { path: '', there: '.chart' },
  'Notice: services': { path: 'notice', there: '.service' },
  'Notice: texts': { path: 'notice', there: '.tabs', press: 'Texts' },
  'Notice: look': { path: 'notice', there: '.tabs', press: 'Look' },
  'Notice: rules': { path: 'notice', there: '.tabs', press: 'Rules' },
  'Notice: publish': { path: 'notice', there: '.tabs', press: 'Publish' },
  'Notice: versions': { path: 'notice', there: '.tabs', press: 'Versions' },
  'Notice: preview': { path: 'notice', there: '.tabs', press: 'Preview' },
  Experiment: { path: 'experiment', there: 'main table' },
  Site: { path: 'site', there: '.code' },
  Decisions: { path: 'decisions', there: 'table' },
  Retention: { path: 'retention', there: 'main table' },
  People: { path: 'people', there: 'table' },
  Activity: { path: 'activity', there: 'table' },
  'Your account': { path: 'account', there: 'main button' },
};

let office: Office;
let direction: 'ltr' | 'rtl' = 'ltr';

before(async () => {
  office = await openOffice({
    privacyPolicy: '/privacy',
    services: [{ id: 'own', name: 'Our own newsletter with a long name', purpose: 'marketing', provider: 'Own Ltd' }],
  });
  await furnish(office);
  await mirror(office.page);
});

after(() => office?.close());

/** Serves the dashboard in the direction that is asked for, as a translation into Arabic would be. */
const mirror = (page: Page) =>
  page.route('**/dashboard/**', async (route) => {
    if (route.request().resourceType() !== 'document') return route.fallback();
    const response = await route.fetch();
    const html = await response.text();
    return route.fulfill({ response, body: html.replace('<html ', `<html dir="${direction}" `) });
  });

/** Gives every page something to show. */
const furnish = async ({ assent, context, site }: Office): Promise<void> => {
  const admin = `http://127.0.0.1:${assent.port}/v1/admin`;
  const current = async () =>
    ((await (await context.request.get(`${admin}/sites`)).json()) as Site[]).find(({ id }) => id === site)!;
  const shop = await current();
  for (let i = 0; i < 6; i++) {
    const shown = await expose(assent, shop, {}, `visitor ${i} Firefox/145.0`);
    const members = i % 2 ? { action: 'reject-all' as const } : { purposes: { analytics: true, marketing: false } };
    await decide(context, assent, site, { shown, action: 'save', source: 'preferences', ...members });
  }
  await sight(assent, site, 'https://shop.example', [
    { host: 'a-third-party-with-a-rather-long-name.cdn.nobody.example', kind: 'script' },
    { host: 'js.stripe.com', kind: 'script', service: 'stripe' },
  ]);
  const draft = async (notice: object, revision: number) => {
    const answer = await context.request.put(`${admin}/sites/${site}/draft`, {
      data: notice,
      headers: { 'If-Match': `"${revision}"` },
    });
    assert.equal(answer.status(), 200, await answer.text());
    return (await answer.json()) as Review;
  };
  const { draft: begun } = (await (await context.request.get(`${admin}/sites/${site}/draft`)).json()) as Review;
  const tried = await draft({ ...begun.notice, texts: { en: { 'banner.title': 'A word first' } } }, begun.revision);
  const started = await context.request.post(`${admin}/sites/${site}/experiments`, {
    data: { variants: [{ share: 50 }] },
    headers: { 'If-Match': `"${tried.draft.revision}"` },
  });
  assert.equal(started.status(), 201, await started.text());
  await draft(
    { ...tried.draft.notice, privacyPolicy: 'http://127.0.0.1:9/privacy-policy-with-a-long-path', regime: 'opt-out' },
    tried.draft.revision,
  );
  await context.request.post(`${admin}/invitations`, {
    data: { email: 'somebody.with.a.long.name@department.shop.example', roles: { sites: { [site]: 'analyst' } } },
  });
  await until(async () => {
    const { decisions } = (await (await context.request.get(`${admin}/sites/${site}/decisions`)).json()) as Found;
    return decisions.length === 6;
  }, 'all decisions can be found');
};

const wear = async (page: Page, { window, colorScheme, forcedColors }: Dress) => {
  await page.emulateMedia({
    colorScheme: colorScheme ?? 'light',
    forcedColors: forcedColors ?? 'none',
    reducedMotion: 'reduce',
  });
  await page.setViewportSize(windows[window]);
};

for (const [name, { path, there, press }] of Object.entries(leaves)) {
  for (const dir of ['ltr', 'rtl'] as const) {
    test(`${name} is whole and accessible in every dress, ${dir}`, async () => {
      const { page, assent, site } = office;
      direction = dir;
      await page.setViewportSize(windows.phone);
      await page.goto(`${dashboardOf(assent)}${path}?site=${site}`);
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).direction), dir);
      await page.locator(there).first().waitFor();
      if (press) await page.getByRole('button', { name: press, exact: true }).first().click();
      for (const dress of dresses.filter((one) => one.dir === dir)) {
        await wear(page, dress);
        const told = Object.values(dress).join(' ');
        assert.deepEqual(await violations(page), [], told);
        assert.ok((await overflow(page)) <= 0, `${told}: wider than the window`);
        assert.deepEqual(await clipped(page), [], told);
      }
    });
  }
}

test('the pages broke none of their own rules', () => {
  assert.deepEqual(office.said, []);
});
