import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type Assent, startAssent } from '../../snippet/test/harness/assent.ts';
import { complaints, startBrowser, until } from '../../snippet/test/harness/browser.ts';
import { dashboardOf, enter, inEveryDress, owner, setupLink, violations } from './lab.ts';

const analyst = { email: 'bob@shop.example', password: 'a bicycle in winter' };

let assent: Assent;
let browser: Browser;
let page: Page; // The owner's.
let said: string[];
let link = '';

const open = async (locale = 'en-GB'): Promise<Page> => {
  const context = await browser.newContext({ locale, viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  context.setDefaultTimeout(60_000);
  return context.newPage();
};

before(async () => {
  [assent, browser] = await Promise.all([startAssent(), startBrowser()]);
  await assent.addSite('https://shop.example', {});
  page = await open();
  said = complaints(page);
  await page.goto(setupLink(assent));
  await enter(page, owner.password);
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
});

after(async () => {
  await browser?.close();
  await assent?.stop();
});

test('somebody is invited to one site, and the link is shown once', async () => {
  await page.getByRole('link', { name: 'People', exact: true }).click();
  await page.getByText('Nobody is invited').waitFor();
  await page.getByRole('button', { name: 'Make the link' }).click();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'invite-email');
  await page.getByLabel('E-mail address').fill(analyst.email);
  await page.getByRole('button', { name: 'Make the link' }).click();
  await page.getByText('Give at least one role').waitFor();
  await page.getByText('At single sites').click();
  await page.getByLabel('Test', { exact: true }).selectOption('analyst');
  await page.getByRole('button', { name: 'Make the link' }).click();
  await page.getByText(`The link for ${analyst.email}`).first().waitFor();
  link = (await page.locator('.code pre').textContent()) ?? '';
  await page.getByRole('cell', { name: 'Analyst at Test' }).waitFor();
  await inEveryDress(page);
  await page.reload();
  await page.getByRole('cell', { name: analyst.email, exact: true }).waitFor();
  assert.equal(await page.getByText(link).count(), 0);
});

test('who joined sees what the role allows, and nothing else', async () => {
  const joined = await open();
  await joined.goto(link);
  await enter(joined, analyst.password, analyst.email);
  const bar = joined.getByRole('navigation', { name: 'Pages' });
  await bar.waitFor();
  assert.deepEqual(await bar.getByRole('link').allTextContents(), ['Rates', 'Notice', 'Experiment', 'Site']);
  await joined.getByRole('link', { name: 'Notice' }).click();
  await joined.getByText('Your role does not allow changing it').waitFor();
  assert.equal(await joined.getByRole('checkbox').first().isDisabled(), true);
  await joined.getByRole('button', { name: 'Versions' }).click();
  assert.equal(await joined.getByRole('button', { name: 'Show', exact: true }).first().isEnabled(), true);
  await joined.getByRole('link', { name: 'Site' }).click();
  await joined.getByRole('heading', { name: 'Put it on your pages' }).waitFor();
  assert.equal(await joined.getByRole('link', { name: 'Add a site' }).count(), 0);
  assert.equal(await joined.getByRole('button', { name: 'Save' }).count(), 0);
  await joined.goto(`${dashboardOf(assent)}people`);
  await joined.getByText('Your role does not allow this').waitFor();
  await joined.context().close();
});

test('roles are changed, and the last owner stays', async () => {
  await page.reload();
  await page.getByRole('button', { name: `Change ${analyst.email}` }).click();
  await page
    .getByRole('form', { name: `Roles of ${analyst.email}` })
    .getByLabel('Over all sites')
    .selectOption('officer');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('cell', { name: 'Officer, over all sites; Analyst at Test' }).waitFor();
  await page.getByRole('button', { name: `Remove ${owner.email}` }).click();
  await page.getByRole('button', { name: `Really remove? ${owner.email}` }).click();
  await page.getByText('This is the last owner').waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: `Remove ${analyst.email}` }).click();
  await page.getByRole('button', { name: `Really remove? ${analyst.email}` }).click();
  await until(async () => (await page.getByText(analyst.email).count()) === 0, 'the analyst is gone');
});

test('all of that is on the list of what was done', async () => {
  await page.getByRole('link', { name: 'Activity' }).click();
  await page.getByRole('cell', { name: 'Removed somebody' }).first().waitFor();
  for (const what of ['Created the owner', 'Invited somebody', 'Joined with a link', 'Changed roles']) {
    await page.getByRole('cell', { name: what }).first().waitFor();
  }
  await inEveryDress(page);
  await page.getByLabel('Outcome').selectOption('refused');
  await until(
    async () => (await page.getByRole('cell', { name: 'Invited somebody' }).count()) === 1,
    'only what was refused',
  );
  await page.getByLabel('Who').fill(analyst.email);
  await page.getByLabel('Who').press('Enter');
  await page.getByRole('cell', { name: 'Looked at the people' }).waitFor();
  await page.getByLabel('What').selectOption('publish');
  await page.getByText('Nothing of this kind was done').waitFor();
});

test('one’s own sessions are listed and ended, and a new password ends them all', async () => {
  const elsewhere = await open();
  const signIn = async (password: string) => {
    await elsewhere.goto(dashboardOf(assent));
    await enter(elsewhere, password);
  };
  await signIn(owner.password);
  await elsewhere.getByRole('navigation', { name: 'Pages' }).waitFor();
  await page.getByRole('link', { name: owner.email }).click();
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  await inEveryDress(page);
  await page.getByRole('button', { name: 'Sign out there' }).click();
  await until(async () => (await page.getByRole('button', { name: 'Sign out there' }).count()) === 0, 'one is left');
  await elsewhere.reload();
  await elsewhere.getByRole('button', { name: 'Sign in' }).waitFor();

  await page.getByLabel('Password until now').fill('not this one');
  await page.getByLabel('New password').fill('seven grey herons');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('This is not your password until now').waitFor();
  await page.getByLabel('Password until now').fill(owner.password);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('The password is changed').waitFor();
  await signIn('seven grey herons');
  await elsewhere.getByRole('navigation', { name: 'Pages' }).waitFor();
  assert.deepEqual(said, []);
});

test('a German reader gets German', async () => {
  const german = await open('de-DE');
  await german.goto(`${dashboardOf(assent)}people`);
  await enter(german, 'seven grey herons');
  await german.getByRole('heading', { name: 'Wer das Dashboard benutzen darf' }).waitFor();
  await german.getByRole('cell', { name: 'Eigentümer' }).waitFor();
});
