import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dashboardOf, decide, type Office, openOffice, violations } from './lab.ts';

const folder = mkdtempSync(join(tmpdir(), 'assent-adequacy-'));
const list = join(folder, 'adequacy.json');
const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
writeFileSync(
  list,
  JSON.stringify({
    decisions: [
      { country: 'US', act: '(EU) 1', from: '2023-07-10', until: day(-10) },
      { country: 'JP', act: '(EU) 2', from: '2019-01-23', until: day(20) },
    ],
  }),
);

const service = (id: string, country: string) => ({
  id,
  name: `The ${id}`,
  purpose: 'marketing',
  provider: `${id} Ltd`,
  country,
  safeguard: 'adequacy' as const,
});

let office: Office;

before(async () => {
  const services = [service('ended', 'US'), service('ending', 'JP'), service('lasting', 'DE')];
  office = await openOffice({ languages: ['en'], services }, '--adequacy', list);
  await decide(office.context, office.assent, office.site, { action: 'reject-all' });
});
after(async () => {
  await office.close();
  rmSync(folder, { recursive: true });
});

test('what is suspended and what soon will be is told beside the rates, and leads to the notice', async () => {
  const { page } = office;
  await page.goto(`${dashboardOf(office.assent)}?site=${office.site}`);
  const told = page.getByRole('region', { name: 'Transfers that end' });
  await told.waitFor();
  const lines = await told.getByRole('listitem').allInnerTexts();
  assert.equal(lines.length, 2);
  assert.match(lines[0]!, /The ended is suspended: the decision of adequacy for United States \(\(EU\) 1\) ended on/);
  assert.match(lines[1]!, /The ending will be suspended in \d\d days: .* Japan/);
  assert.deepEqual(await violations(page), []);
  await told.getByRole('link', { name: 'Open the notice' }).click();
  await page.getByRole('button', { name: 'Services' }).waitFor();
  await told.waitFor();
  assert.equal(await told.getByRole('link').count(), 0, 'here it can be mended');
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(office.said, []);
});
