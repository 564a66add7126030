import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clipped, dashboardOf, decide, type Office, openOffice, overflow, violations } from './lab.ts';

let office: Office;
let address: string;

before(async () => {
  office = await openOffice({ languages: ['en'] });
  const { assent, context, site } = office;
  await decide(context, assent, site, { action: 'accept-all' });
  address = `${dashboardOf(assent)}retention?site=${site}`;
});
after(() => office.close());

const card = (name: string) => office.page.locator('section.card', { has: office.page.getByRole('heading', { name }) });

test('it says for how long everything is kept, and that nothing goes yet', async () => {
  const { page } = office;
  await page.goto(`${dashboardOf(office.assent)}site?site=${office.site}`);
  await page.getByRole('link', { name: 'Retention' }).click();
  await page.getByRole('row', { name: /Decisions 1,461 days nothing nothing goes/ }).waitFor();
  assert.equal(await page.getByRole('row').count(), 7);
  await page.getByText('Nothing was removed yet.').waitFor();
  assert.deepEqual(await violations(page), []);
});

test('a site has a period of its own, within bounds', async () => {
  const { page } = office;
  await page.goto(address);
  await page.getByText('Change the periods of this site').click();
  const days = page.getByLabel('Decisions: days');
  await days.fill('12');
  await page.getByRole('button', { name: 'Save the periods' }).click();
  await page
    .getByRole('alert')
    .getByText(/out of its bounds|does not fit/)
    .waitFor();
  assert.deepEqual(await violations(page), []);
  await days.fill('800');
  await page.getByRole('button', { name: 'Save the periods' }).click();
  await page.getByRole('row', { name: /Decisions 800 days, of this site/ }).waitFor();
  await days.fill('');
  await page.getByRole('button', { name: 'Save the periods' }).click();
  await page.getByRole('row', { name: /Decisions 1,461 days nothing/ }).waitFor();
});

test('a hold is set, keeps everything, and is ended with a reason', async () => {
  const { page } = office;
  await page.goto(address);
  await page.getByText('Set a hold').click();
  await page.getByLabel('Why it must be kept').fill('claim 12');
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: 'Put the hold into force' }).click();
  const holds = card('Legal holds');
  await holds.getByText('claim 12').waitFor();
  await page.getByRole('row', { name: /Decisions .* a hold keeps all of it/ }).waitFor();
  await holds.getByText('End the hold').first().click();
  await page.getByLabel('Why it ends').fill('settled');
  await holds.getByRole('button', { name: 'End the hold' }).click();
  await holds.getByText(/ended on .* by ada@shop\.example: settled/).waitFor();
  assert.deepEqual(await violations(page), []);
});

test('a period that does not fit is refused with words', async () => {
  const { page } = office;
  await page.goto(address);
  await page.getByText('Set a hold').click();
  await page.getByLabel('Why it must be kept').fill('claim 13');
  await page.getByLabel('What is held').selectOption('period');
  await page.getByLabel('First day').fill('2026-02-01');
  await page.getByLabel('Last day').fill('2026-01-01');
  await page.getByRole('button', { name: 'Put the hold into force' }).click();
  await page.getByText(/a period whose last day is not before its first/).waitFor();
  await page.getByLabel('Last day').fill('2026-02-28');
  await page.getByRole('button', { name: 'Put the hold into force' }).click();
  await page
    .getByText(/to .*28 Feb 2026|28 February 2026/)
    .first()
    .waitFor();
});

test('a phone has room for it', async () => {
  const { page } = office;
  await page.setViewportSize({ width: 360, height: 640 });
  await page.goto(address);
  await page.getByRole('heading', { name: 'Legal holds' }).waitFor();
  assert.ok((await overflow(page)) <= 0);
  assert.deepEqual(await clipped(page), []);
});
