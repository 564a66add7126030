import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import type { Presence, Publication, Report, Review, ThirdParties } from '../../schemas/types.gen.ts';
import type { Assent } from '../../snippet/test/harness/assent.ts';
import { until } from '../../snippet/test/harness/browser.ts';
import { dashboardOf, type Office, openOffice, overflow, owner, sight, violations } from './lab.ts';

let office: Office;
let assent: Assent;
let context: BrowserContext;
let page: Page;
let site: string;

before(async () => {
  office = await openOffice({ privacyPolicy: '/privacy' });
  ({ assent, context, page, site } = office);
  await page.goto(`${dashboardOf(assent)}notice?site=${site}`);
});

after(() => office?.close());

const ask = async <T>(path: string): Promise<T> =>
  (await (await context.request.get(`http://127.0.0.1:${assent.port}/v1/admin/sites/${site}/${path}`)).json()) as T;
const tab = (name: string) => page.getByRole('navigation', { name: 'Parts' }).getByRole('button', { name }).click();
const frame = () => page.frameLocator('iframe');
const saved = async (what: string, holds: (review: Review) => boolean) => {
  await until(async () => holds(await ask<Review>('draft')), what);
  await page.getByText('The draft is saved.').waitFor();
};

test('the preview shows the real script, and what is chosen there is not recorded', async () => {
  await frame().getByRole('button', { name: 'Reject all' }).waitFor();
  await page.getByLabel('Width').selectOption('phone');
  await frame().getByRole('button', { name: 'Settings' }).click();
  await frame()
    .getByRole('dialog', { name: /settings/i })
    .waitFor();
  await frame().getByRole('button', { name: 'Accept all' }).last().click();
  await frame().locator('[data-assent-action=open]').waitFor();
  assert.deepEqual(await ask<Presence>('presence'), {});
  assert.equal((await ask<Report>('report')).totals.decisions, 0);
  assert.equal(
    (await context.cookies()).some(({ name }) => name === 'assent'),
    false,
  );
  assert.deepEqual(await violations(page), []);
});

test('the preview follows language, scheme and width', async () => {
  await page.getByLabel('Language').last().selectOption('de');
  await frame().getByRole('button', { name: 'Alle ablehnen' }).waitFor();
  await page.getByLabel('Width').selectOption('phone');
  await until(
    async () => (await page.locator('iframe').getAttribute('width')) === '360',
    'the frame is as wide as a phone',
  );
  await page.getByLabel('Colour scheme').selectOption('dark');
  const background = () =>
    frame()
      .locator('[data-assent-layer=banner]')
      .evaluate((banner) => getComputedStyle(banner).backgroundColor);
  await until(async () => (await background()) === 'rgb(29, 32, 38)', 'the notice is dark');
});

test('each part can be edited, is saved by itself and is without barriers', async () => {
  await page.getByLabel('Find a service').fill('youtu');
  await page.getByRole('button', { name: 'Add YouTube' }).click();
  await saved('the service is in the draft', ({ draft }) => draft.notice.services?.[0]?.id === 'youtube');
  for (const name of ['Texts', 'Look', 'Rules', 'JSON', 'Versions', 'Publish']) {
    await tab(name);
    await page.locator('fieldset').first().waitFor();
    assert.deepEqual(await violations(page), [], name);
  }
  await tab('Texts');
  await page.getByRole('group', { name: 'Texts' }).getByLabel('Title').first().fill('A word before we begin');
  await saved(
    'the text is in the draft',
    ({ draft }) => draft.notice.texts?.en?.['banner.title'] === 'A word before we begin',
  );
  await page.getByLabel('Language').last().selectOption('en');
  await frame().getByRole('heading', { name: 'A word before we begin' }).waitFor();
});

test('what is wrong stands at its field and stops the publication', async () => {
  await tab('Look');
  await page.getByLabel('Text, light').fill('#eeeeee');
  await page.getByText('contrast').first().waitFor();
  assert.equal(await page.getByLabel('Text, light').getAttribute('aria-invalid'), 'true');
  await tab('Publish');
  assert.equal(
    await page.getByRole('button', { name: 'Publish', exact: true }).last().getAttribute('aria-disabled'),
    'true',
  );
  assert.deepEqual(await violations(page), []);
  await tab('Look');
  await page.getByLabel('Text, light').fill('#1a1c20');
  await saved('nothing is wrong any more', ({ findings }) => findings.every(({ severity }) => severity === 'warning'));
});

test('changes are told in plain words, published, and every version stays', async () => {
  await tab('Publish');
  await page.getByText(/Measured in the preview: accept (\d+ × \d+), reject \1 pixels/).waitFor();
  await page.getByText('Texts › en › Title: A word before we begin').waitFor();
  await page.locator('fieldset').getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Published. Visitors get it').waitFor();
  await tab('Versions');
  await page.getByText(owner.email).nth(1).waitFor();
  await page.getByRole('button', { name: 'Show', exact: true }).last().click();
  await frame().getByRole('heading', { name: 'We use cookies' }).waitFor();
  await page.getByRole('button', { name: 'Publish again' }).click();
  await until(async () => (await ask<unknown[]>('publications')).length === 3, 'the first version is published again');
  assert.deepEqual(await violations(page), []);
});

test('links that lead nowhere are told, and stop nothing', async () => {
  await tab('Rules');
  await page.getByLabel('Your privacy policy').fill('http://127.0.0.1:9/privacy');
  await saved('the draft has it', ({ draft }) => draft.notice.privacyPolicy === 'http://127.0.0.1:9/privacy');
  await tab('Publish');
  await page.getByText('127.0.0.1:9/privacy leads to a private address').waitFor();
  assert.notEqual(
    await page.locator('fieldset').getByRole('button', { name: 'Publish', exact: true }).getAttribute('aria-disabled'),
    'true',
  );
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: 'Check the links again' }).click();
  await page.getByText(/^Links that answer this server: \d+ of \d+\.$/).waitFor();
  await tab('Rules');
  await page.getByLabel('Your privacy policy').fill('/privacy');
  await saved('the draft has the old one', ({ draft }) => draft.notice.privacyPolicy === '/privacy');
});

test('two editors do not overwrite each other', async () => {
  const other = await context.newPage();
  await other.goto(page.url());
  await other.getByText('The draft is saved.').waitFor();
  await tab('Rules');
  await page.getByLabel('Days until').fill('90');
  await saved('the draft has it', ({ draft }) => draft.notice.lifetimeDays === 90);
  await other.getByRole('button', { name: 'Rules' }).click();
  await other.getByLabel('Days until').fill('30');
  await other.getByText('Somebody else changed the draft').waitFor();
  await other.getByRole('button', { name: 'Load theirs' }).click();
  await until(async () => (await other.getByLabel('Days until').inputValue()) === '90', 'the other one sees it');
  await other.close();
});

test('a draft that is older than what is published says so, and can be discarded', async () => {
  const [, second] = await ask<Publication[]>('publications');
  const answer = await context.request.post(`http://127.0.0.1:${assent.port}/v1/admin/sites/${site}/publications`, {
    data: { notice: second?.notice },
  });
  assert.equal(answer.status(), 201);
  await page.reload();
  await tab('Publish');
  await page.getByText('Another notice was published since').waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: 'Discard the draft' }).click();
  await page.getByText('The draft is what is published.').waitFor();
  assert.deepEqual((await ask<Review>('draft')).differences, []);
});

test('third parties that pages met get into the notice with one click', async () => {
  await sight(assent, site, 'https://shop.example', [
    { host: 'cdn.nobody.example', kind: 'script' },
    { host: 'js.stripe.com', kind: 'script', service: 'stripe' },
  ]);
  await until(async () => (await ask<ThirdParties>('sightings')).sighted.length === 2, 'both are written down');
  await page.reload();
  await page.getByRole('button', { name: 'Add cdn.nobody.example as Analytics' }).click();
  await saved('it is in the draft', ({ draft }) =>
    (draft.notice.services ?? []).some(
      ({ hosts, purpose }) => hosts?.[0] === 'cdn.nobody.example' && purpose === 'analytics',
    ),
  );
  await page.getByRole('button', { name: 'Add Stripe' }).click();
  await saved('so is the known one', ({ draft }) => (draft.notice.services ?? []).some(({ id }) => id === 'stripe'));
  assert.equal(await page.getByText('not in the notice').count(), 0);
  assert.deepEqual(await violations(page), []);
});

test('a phone shows one pane at a time', async () => {
  await page.setViewportSize({ width: 360, height: 640 });
  assert.equal(await overflow(page), 0);
  assert.equal(await page.locator('iframe').isVisible(), false);
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.locator('iframe').waitFor();
  assert.deepEqual(await violations(page), []);
});
