import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type Assent, startAssent } from '../../snippet/test/harness/assent.ts';
import { complaints, startBrowser, until } from '../../snippet/test/harness/browser.ts';
import { enter, overflow, owner, setupLink, sight, violations } from './lab.ts';

let assent: Assent;
let browser: Browser;
let page: Page;
let said: string[];

before(async () => {
  [assent, browser] = await Promise.all([startAssent(), startBrowser()]);
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin' });
  context.setDefaultTimeout(60_000);
  page = await context.newPage();
  said = complaints(page);
  await page.goto(setupLink(assent));
  await enter(page, owner.password);
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
});

after(async () => {
  await browser?.close();
  await assent?.stop();
});

const siteId = () => new URL(page.url()).searchParams.get('site') ?? '';

test('a site is added, and what is wrong stands at its field', async () => {
  await page.getByRole('link', { name: 'Site', exact: true }).click();
  await page.getByRole('link', { name: 'Add a site' }).click();
  await page.getByRole('heading', { name: 'New site' }).waitFor();
  assert.deepEqual(await violations(page), []);
  assert.equal(await page.getByLabel('Time zone').inputValue(), 'Europe/Berlin');
  await page.getByLabel('Name').fill('Zoo');
  await page.getByLabel('Origins').fill('https://zoo.example/path');
  await page.getByRole('button', { name: 'Add site' }).click();
  await page.getByText('without a path').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'site-origins');
  assert.deepEqual(await violations(page), []);
  await page.getByLabel('Origins').fill('https://zoo.example\nhttps://*.zoo.example');
  await page.getByRole('button', { name: 'Add site' }).click();
  await page.getByRole('heading', { name: 'Zoo' }).waitFor();
});

test('its tags are there at once, and work', async () => {
  const base = `http://127.0.0.1:${assent.port}`;
  await page.getByText(`<script async src="${base}/s/${siteId()}.js"></script>`).waitFor();
  for (const title of ['Or pin it by hash', 'Where tags are not annotated', 'Where pages have']) {
    await page.getByText(title).click();
  }
  await page.getByText(`connect-src ${base}`).waitFor();
  const pinned = /src="([^"]+)" integrity="(sha384-[^"]+)"/.exec((await page.textContent('main')) ?? '');
  assert.ok(pinned?.[1] && (await fetch(pinned[1])).ok);
  assert.deepEqual(await violations(page), []);
  await page.setViewportSize({ width: 360, height: 640 });
  assert.equal(await overflow(page), 0);
  await page.setViewportSize({ width: 1280, height: 800 });
});

test('a page that speaks makes it live', async () => {
  await page.getByText('No page has spoken to this server').waitFor();
  await sight(assent, siteId(), 'https://www.zoo.example', [{ host: 'nobody.example', kind: 'image' }]);
  await page.getByText('https://www.zoo.example showed the notice').waitFor();
});

test('a change is kept', async () => {
  await page.getByLabel('Name').fill('Aquarium');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await page.reload();
  await until(async () => (await page.textContent('h1')) === 'Aquarium', 'the new name is shown');
  assert.deepEqual(said, []);
});
