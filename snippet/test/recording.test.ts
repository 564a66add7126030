import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { faults } from './decision.ts';
import { meanwhile, signal, until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { ACCEPT, BANNER, MANAGE, OPEN, PREFERENCES, REJECT, SAVE } from './harness/selectors.ts';
import type { Weather } from './harness/world.ts';

const lab = openLab();

/** Decisions by id: one whose answer a reload cut off comes again. */
const decisions = () => [...new Map(lab.world.posts.map((post) => [post.id, post])).values()];

const pending = () => (JSON.parse(localStorage.getItem('assent') || '{}').pending || []).length;

test('a decision is posted as the schema wants it, and the subject comes back', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  await page.goto(world.page('/cart', html(world.tag())) + '?email=a@b.example#top');
  await page.click(ACCEPT);
  await until(() => page.evaluate(() => !!(self as any).assent?.receipt()), 'the receipt arrives');
  const [body] = world.posts;
  assert.deepEqual(faults(body), []);
  assert.equal(world.posts.length, 1);
  assert.equal(body?.action, 'accept-all');
  assert.equal(body?.source, 'banner');
  assert.equal(body?.synthetic, false);
  assert.equal(body?.locale, 'en');
  assert.equal(body?.page, `${world.shop}/cart`);
  assert.deepEqual(body?.purposes, { analytics: true, marketing: true });
  const kept = await page.evaluate(() => [document.cookie, localStorage.getItem('assent')!]);
  const { subject } = await page.evaluate(() => (self as any).assent.get());
  assert.match(kept[0]!, new RegExp(`^assent=1\\.[\\w-]{12}\\.\\w+\\.${subject}\\.analytics:1\\.marketing:1$`));
  assert.ok(!kept[0]!.includes(body!.secret), 'the secret is not in the cookie');
  assert.equal(JSON.parse(kept[1]!).secret, body?.secret);
  await page.close();
});

test('a decision brings back what the server answered when the notice came on screen', async () => {
  const { world, browser } = lab;
  // By itself the browser says that nobody sits before it, which is flagged too.
  const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
  const flags = async (choose: () => Promise<unknown>, page: Page) => {
    await choose();
    await until(() => page.evaluate(() => !!(self as any).assent?.receipt()), 'the receipt arrives');
    const { receipt } = await page.evaluate(() => (self as any).assent.receipt());
    return (await world.recorded(receipt)).flags;
  };
  const page = await browser.newPage({ userAgent });
  const answered = page.waitForResponse(/\/exposures$/);
  await page.goto(world.page('/', html(world.tag())));
  await (await answered).finished();
  assert.deepEqual(await flags(() => page.click(ACCEPT), page), []);
  const { notice, locale, page: address } = world.posts[0]!;
  assert.deepEqual(world.exposures, [{ notice, locale, page: address, event: 'shown', layer: 'banner' }]);
  assert.ok(world.posts[0]!.shown);
  await page.close();

  const early = await browser.newPage({ userAgent });
  await early.route(/\/exposures$/, () => {});
  await early.goto(world.page('/', html(world.tag())));
  assert.deepEqual(await flags(() => early.click(REJECT), early), ['not-seen'], 'a choice waits for nothing');
  await early.close();
});

test('what becomes of the layers is told, and what an undecided visitor was shown first stays the word for it', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  const told = async (count: number, action: () => Promise<unknown>) => {
    const answers = page.waitForResponse(/\/exposures$/);
    await action();
    await (await answers).finished();
    assert.equal(world.exposures.length, count);
    return world.exposures.at(-1)!;
  };
  await told(1, () =>
    page.goto(world.page('/', html(world.tag(), '<main><a href="#" data-assent-action="open">Settings</a></main>'))),
  );
  const opened = await told(2, () => page.click('main a'));
  assert.deepEqual([opened.event, opened.layer], ['shown', 'preferences']);
  await page.click(SAVE);
  await until(() => world.posts.length === 1, 'the first choice');
  assert.match(world.posts[0]!.shown!, /^A[g-v]/, 'the word for the question');
  await told(3, () => page.click('main a'));
  await page.click(SAVE);
  await until(() => world.posts.length === 2, 'the second choice');
  assert.match(world.posts[1]!.shown!, /^A[w-z0-9_-]/, 'the word for the preferences');
  await page.close();

  const blocked = await browser.newPage();
  await blocked.addInitScript(`new MutationObserver(() =>
    document.getElementById('assent-root')?.style.setProperty('display', 'none', 'important'),
  ).observe(document, { childList: true, subtree: true })`);
  await blocked.goto(world.page('/', html(world.tag())));
  await until(() => world.exposures.length === 5, 'hidden is told');
  assert.deepEqual(
    world.exposures.slice(3).map(({ event }) => event),
    ['shown', 'hidden'],
  );
  await blocked.close();
});

for (const weather of ['down', 'error', 'hang', 'crowded', 'full'] satisfies Weather[]) {
  // Threat B5.2
  test(`server ${weather}: the page works, tags stay off, the decision comes later with the same id`, async () => {
    const { world, browser } = lab;
    const page = await browser.newPage();
    const tag = `<script type="text/plain" data-assent="marketing" src="${world.vendor}/tag.js"></script>`;
    await page.goto(world.page('/', html(world.tag() + tag)));
    world.weather = weather;
    await page.click(REJECT);
    // The browser itself repeats a request whose connection broke.
    await until(() => world.posts.length >= 1, 'the first attempt');
    assert.equal(await page.locator(BANNER).count(), 0);
    assert.equal(await page.evaluate(pending), 1);
    // A change of mind in the meantime is another decision; both are evidence.
    await page.evaluate(() => (self as any).assent.withdraw());
    world.weather = 'fair';
    await page.reload();
    await until(async () => (await page.evaluate(pending)) === 0, 'the queue empties');
    // Each may have been sent several times, always under its own id, and the older one first.
    const sent = new Map(world.posts.map((post) => [post.id, post.action]));
    assert.deepEqual([...sent.values()], ['reject-all', 'withdraw']);
    assert.deepEqual(world.hits, []);
    await page.close();
  });
}

test('a final refusal by the server is told once and the choice kept', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  const warnings: string[] = [];
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
  await page.goto(world.page('/', html(world.tag())));
  await page.waitForSelector(BANNER);
  // The server refuses a body that is not as the schema says.
  await page.evaluate(() => {
    localStorage.setItem('assent', JSON.stringify({ pending: [{ id: 'damaged' }] }));
  });
  await page.click(ACCEPT);
  await until(async () => (await page.evaluate(pending)) === 0, 'the queue empties');
  await until(() => warnings.length === 1, 'a warning');
  await page.reload();
  await page.waitForSelector(OPEN);
  assert.deepEqual(
    decisions().map(({ id, action }) => action || id),
    ['damaged', 'accept-all'],
  );
  assert.equal(warnings.filter((text) => text.startsWith('assent:')).length, 1);
  await page.close();
});

test('a damaged secret is replaced', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  await page.goto(world.page('/', html(world.tag())));
  await page.waitForSelector(BANNER);
  for (const secret of ['too-short', 'not in the alphabet :-)', 7]) {
    await page.evaluate((damaged) => localStorage.setItem('assent', JSON.stringify({ secret: damaged })), secret);
    await page.evaluate(() => (self as any).assent.reject());
    await until(async () => (await page.evaluate(pending)) === 0, 'the decision is recorded');
    await until(() => page.evaluate(() => !!(self as any).assent.receipt()), 'the receipt arrives');
    assert.deepEqual(faults(world.posts.at(-1)), []);
  }
  await page.close();
});

// Threat B5.2
test('without our script the page works and every tag stays off', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  const tag = `<script type="text/plain" data-assent="marketing" src="${world.vendor}/tag.js"></script>`;
  await page.goto(
    world.page('/', html(world.tag('async', 'unknown') + tag, '<button onclick="this.textContent = 1">0</button>')),
  );
  await page.click('button');
  assert.equal(await page.textContent('button'), '1');
  assert.deepEqual(world.hits, []);
  await page.close();
});

test('a click by an extension counts and is recorded as synthetic', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  await page.goto(world.page('/', html(world.tag())));
  await page.waitForSelector(BANNER);
  await page.evaluate((reject) => document.querySelector<HTMLElement>(reject)?.click(), REJECT);
  await until(() => world.posts.length === 1, 'the decision');
  assert.equal(world.posts[0]?.synthetic, true);
  assert.equal(world.posts[0]?.action, 'reject-all');
  assert.equal(await page.locator(BANNER).count(), 0);
  await page.close();
});

test('Esc is not a decision, on either layer', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  await page.goto(world.page('/', html(world.tag())));
  await page.waitForSelector(BANNER);
  await page.keyboard.press('Escape');
  await page.click(MANAGE);
  await page.click('[data-assent-category=marketing]');
  await page.keyboard.press('Escape');
  await page.waitForSelector(PREFERENCES, { state: 'hidden' });
  await meanwhile(200);
  assert.equal(await page.locator(BANNER).count(), 1);
  assert.deepEqual(world.posts, []);
  assert.equal(await page.evaluate(() => document.cookie), '');
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  await page.close();
});

test('a selection is saved per purpose and per service', async () => {
  const { world, browser } = lab;
  const page = await browser.newPage();
  await page.goto(world.page('/', html(world.tag())));
  await page.click(MANAGE);
  await page.click('[data-assent-category=analytics]');
  await page.click('[data-assent-service=youtube]');
  assert.equal(await page.locator('[data-assent-service=google-analytics]').isChecked(), true);
  const half = page.locator('[data-assent-category=marketing]');
  assert.deepEqual(await half.evaluate((e: HTMLInputElement) => [e.checked, e.indeterminate]), [false, true]);
  await page.click(SAVE);
  await until(() => world.posts.length === 1, 'the decision');
  const { action, purposes, services, source } = world.posts[0]!;
  assert.deepEqual(
    { action, purposes, services, source },
    {
      action: 'save',
      purposes: { analytics: true, marketing: false },
      services: { youtube: true },
      source: 'preferences',
    },
  );
  await page.click(OPEN);
  assert.deepEqual(await half.evaluate((e: HTMLInputElement) => [e.checked, e.indeterminate]), [false, true]);
  assert.equal(
    await page.locator('[data-assent-category=essential]').evaluate((e: HTMLInputElement) => e.checked && e.disabled),
    true,
  );
  await page.close();
});

test('the privacy signal is recorded once, refuses marketing, and accepting all leaves it off', async () => {
  const { world, browser } = lab;
  const context = await browser.newContext();
  await signal(context);
  const page = await context.newPage();
  await page.goto(world.page('/', html(world.tag())));
  await page.waitForSelector(BANNER);
  assert.match((await page.textContent(BANNER)) || '', /GPC/);
  await until(() => decisions().length === 1, 'the signal');
  const signalled = decisions()[0]!;
  assert.deepEqual(faults(signalled), []);
  assert.deepEqual([signalled.action, signalled.source, signalled.purposes], ['signal', 'gpc', { marketing: false }]);
  const state = () => page.evaluate(() => (self as any).assent.get());
  assert.deepEqual([(await state()).pending, (await state()).purposes], [true, { essential: true, marketing: false }]);
  await page.reload();
  await page.click(ACCEPT);
  await until(() => decisions().length === 2, 'the decision');
  assert.deepEqual([decisions()[1]?.action, decisions()[1]?.purposes], ['save', { analytics: true, marketing: false }]);
  await page.click(OPEN);
  await page.click('[data-assent-category=marketing]');
  await page.click(SAVE);
  await until(() => decisions().length === 3, 'the explicit grant');
  await page.reload();
  await page.waitForSelector(OPEN);
  assert.equal((await state()).purposes.marketing, true);
  assert.equal(decisions().length, 3);
  await context.close();
});
