import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { dashboardOf, decide, enter, inEveryDress, type Office, openOffice, owner, violations } from './lab.ts';

let office: Office;
let value = '';

before(async () => {
  office = await openOffice({});
});

after(() => office?.close());

/** Asks as a program does, with nothing but the token. */
const read = (path: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${office.assent.port}/v1/admin/${path}`, { headers: { Authorization: `Bearer ${value}` } });

test('a token is made, shown once, and reads', async () => {
  const { page, site } = office;
  await page.getByRole('link', { name: owner.email }).click();
  await page.getByText('There are no tokens').waitFor();
  const make = page.getByRole('form', { name: 'Make a token' });
  await make.getByLabel('Name').fill('Looker');
  await make.getByRole('button', { name: 'Make the token' }).click();
  await make.getByText('Choose what it may read').waitFor();
  await make.getByLabel('Consent rates, and their files').check();
  await make.getByText('Only at some sites', { exact: true }).first().click();
  await make.getByLabel('Test', { exact: true }).check();
  await make.getByLabel('Valid for').selectOption({ label: '30 days' });
  assert.deepEqual(await violations(page), []);
  await make.getByRole('button', { name: 'Make the token' }).click();
  await page.getByText('It is shown only now').waitFor();
  assert.equal(await make.getByLabel('Valid for').inputValue(), '90');
  const [shown = '', command = ''] = await page.locator('.code pre').allTextContents();
  assert.match(shown, /^assent_[\w-]{43}$/);
  assert.equal(command.includes(shown), false);
  assert.ok(command.includes(`/v1/admin/sites/${site}/exports/rates?format=csv`), command);
  value = shown;
  await page.getByRole('cell', { name: 'Consent rates; only at Test' }).waitFor();
  await page.getByRole('cell', { name: 'never' }).waitFor();

  await decide(office.context, office.assent, site, {});
  const file = await read(`sites/${site}/exports/rates?format=csv`);
  assert.equal(file.status, 200);
  assert.match(await file.text(), /^from,to,decisions,/);
  assert.equal((await read(`sites/${site}/decisions`)).status, 403);
});

test('its page is without barriers, and fits a phone', async () => {
  await inEveryDress(office.page);
});

test('the value is not shown again, and revoking ends it', async () => {
  const { page, said } = office;
  await page.reload();
  await page.getByRole('cell', { name: 'Looker', exact: true }).waitFor();
  assert.equal(await page.getByText(value).count(), 0);
  assert.equal(await page.getByRole('cell', { name: 'never' }).count(), 0);
  await page.getByRole('button', { name: 'Revoke Looker' }).click();
  assert.equal((await read('sites')).status, 200);
  await page.getByRole('button', { name: 'Really revoke? Looker' }).click();
  await page.getByText('There are no tokens').waitFor();
  assert.equal((await read('sites')).status, 401);
  await page.getByRole('link', { name: 'Activity' }).click();
  for (const what of ['Made a token', 'Revoked a token', 'Used a token']) {
    await page.getByRole('cell', { name: what }).first().waitFor();
  }
  await page.getByRole('cell', { name: 'token Looker: rates csv' }).waitFor();
  assert.deepEqual(said, []);
});

test('a German reader gets German', async () => {
  const context = await office.browser.newContext({ locale: 'de-DE' });
  const german = await context.newPage();
  await german.goto(`${dashboardOf(office.assent)}account`);
  await enter(german, owner.password);
  await german.getByRole('heading', { name: 'Token für Programme' }).waitFor();
  await german.getByLabel('Quoten und ihre Dateien').check();
  assert.deepEqual(await violations(german), []);
  await context.close();
});
