import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Message, runAutoconsent, tell } from './harness/autoconsent.ts';
import { until } from './harness/browser.ts';
import { applyRule, type Rule } from './harness/consentomatic.ts';
import { html, openLab } from './harness/lab.ts';
import { usual } from './harness/notice.ts';
import { BANNER, OPEN, PREFERENCES } from './harness/selectors.ts';

const lab = openLab();

const read = (name: string) => JSON.parse(readFileSync(new URL(`../rules/${name}.json`, import.meta.url), 'utf8'));
const ours: object = read('autoconsent');
const matic: Rule = read('consent-o-matic').Assent;

const open = async (language = 'en', site = lab.world.site): Promise<Page> => {
  const page = await lab.browser.newPage();
  const gated = `<script type="text/plain" data-assent="analytics" src="${lab.world.vendor}/external.js"></script>`;
  await page.goto(lab.world.page('/', html(lab.world.tag('async', site) + gated, '', language)));
  await page.waitForSelector(BANNER);
  return page;
};

const said = (messages: readonly Message[], type: string) => messages.find((message) => message.type === type);

/** The one decision that the server was sent. */
const recorded = async () => {
  await until(() => lab.world.posts.length > 0, 'the decision is sent');
  assert.equal(lab.world.posts.length, 1);
  return lab.world.posts[0]!;
};

const REJECTED = {
  action: 'reject-all',
  purposes: { analytics: false, marketing: false },
  source: 'banner',
  synthetic: true,
};

const assertRejected = async (page: Page, messages: readonly Message[]): Promise<void> => {
  await until(() => !!said(messages, 'autoconsentDone'), 'autoconsent is done');
  assert.equal(said(messages, 'optOutResult')?.result, true);
  const { action, purposes, source, synthetic } = await recorded();
  assert.deepEqual({ action, purposes, source, synthetic }, REJECTED);
  await page.waitForSelector(OPEN);
  assert.equal(await page.evaluate(() => (self as any).assent.get().pending), false);
  assert.deepEqual(lab.world.hits, []);
};

for (const language of ['en', 'de', 'fr', 'es', 'it', 'nl', 'pl', 'pt', 'pt-BR', 'ca']) {
  test(`autoconsent rejects by its heuristic alone: ${language}`, async () => {
    const site = await lab.world.addSite({ ...usual, languages: [language] });
    const page = await open(language, site);
    const messages = await runAutoconsent(page, { autoAction: 'optOut', heuristicMode: 'reject', rules: [] });
    await assertRejected(page, messages);
    assert.equal(said(messages, 'autoconsentDone')?.cmp, 'HEURISTIC-REJECT');
    await page.close();
  });
}

test('autoconsent rejects with our rule, and its self-test finds the choice', async () => {
  const page = await open();
  const messages = await runAutoconsent(page, { autoAction: 'optOut', heuristicMode: 'off', rules: [ours] });
  await assertRejected(page, messages);
  assert.equal(said(messages, 'autoconsentDone')?.cmp, 'assent');
  await tell(page, { type: 'selfTest' });
  await until(() => !!said(messages, 'selfTestResult'), 'the self-test has run');
  assert.equal(said(messages, 'selfTestResult')?.result, true);
  await page.close();
});

test('autoconsent opts in with our rule', async () => {
  const page = await open();
  const messages = await runAutoconsent(page, { autoAction: 'optIn', heuristicMode: 'off', rules: [ours] });
  await until(() => !!said(messages, 'autoconsentDone'), 'autoconsent is done');
  assert.equal(said(messages, 'optInResult')?.result, true);
  const { action, synthetic } = await recorded();
  assert.deepEqual({ action, synthetic }, { action: 'accept-all', synthetic: true });
  await until(() => lab.world.hits.length > 0, 'what was gated runs');
  await page.close();
});

test('autoconsent rejects while the preferences are open, by its heuristic', async () => {
  const page = await open();
  await page.evaluate(() => (self as any).assent.open());
  await page.waitForSelector(PREFERENCES);
  const messages = await runAutoconsent(page, { autoAction: 'optOut', heuristicMode: 'reject', rules: [] });
  await until(() => !!said(messages, 'autoconsentDone'), 'autoconsent is done');
  const { action, synthetic } = await recorded();
  assert.deepEqual({ action, synthetic }, { action: 'reject-all', synthetic: true });
  assert.equal(await page.locator('dialog[open]').count(), 0);
  assert.deepEqual(lab.world.hits, []);
  await page.close();
});

for (const [granted, purposes] of [
  ['', { analytics: false, marketing: false }],
  ['B', { analytics: true, marketing: false }],
  ['ABF', { analytics: true, marketing: true }],
] as const) {
  test(`Consent-O-Matic's rule saves what its user allows: ${granted || 'nothing'}`, async () => {
    const page = await open();
    await applyRule(page, matic, granted);
    const decision = await recorded();
    assert.deepEqual([decision.action, decision.synthetic], ['save', true]);
    assert.deepEqual(decision.purposes, purposes);
    await page.waitForSelector(OPEN);
    await page.close();
  });
}
