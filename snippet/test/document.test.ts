import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { until } from './harness/browser.ts';
import { blocksOf, promisedLogs, withChecks } from './harness/document.ts';
import { html, openLab } from './harness/lab.ts';
import { BANNER } from './harness/selectors.ts';

const lab = openLab();

const document = readFileSync(new URL('../../deploy/API.md', import.meta.url), 'utf8');
const declared = readFileSync(new URL('../assent.d.ts', import.meta.url), 'utf8');
const blocks = blocksOf(document);
const of = (language: string) => blocks.filter((block) => block.language === language);

/** Opens a page and keeps what it logs and throws. */
const visit = async (body: string): Promise<{ page: Page; logs: string[]; errors: string[] }> => {
  const page = await lab.browser.newPage();
  const logs: string[] = [];
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'log' && logs.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(lab.world.page('/', html('', body)));
  await page.waitForSelector(BANNER);
  return { page, logs, errors };
};

const untilLogged = async (logs: readonly string[], text: string) => {
  const promised = promisedLogs(text);
  await until(() => logs.length >= promised.length, `logged: ${promised}`);
  assert.deepEqual(logs, promised);
};

// Stands before an example that promises values; as text, because the test's own compiler adds what a page lacks.
const SAME = `const same = (value, promised, what) => {
  const plain = JSON.stringify;
  if (plain(value) !== plain(promised)) throw Error(what + ' is ' + plain(value));
}`;

for (const { text, line } of of('js')) {
  test(`the example of line ${line} does what it says`, async () => {
    const { page, logs, errors } = await visit(lab.world.tag());
    await page.evaluate(`(async () => { ${SAME}\n${withChecks(text)} })()`);
    await untilLogged(logs, text);
    assert.deepEqual(errors, []);
    await page.close();
  });
}

for (const { text, line } of of('html')) {
  test(`the markup of line ${line} waits, and runs after Accept all`, async () => {
    const ours = text.includes('SITE.js') ? '' : lab.world.tag();
    const own = text
      .replaceAll('https://assent.example.com/s/SITE.js', `${lab.world.assent}/s/${lab.world.site}.js`)
      .replaceAll('https://vendor.example', lab.world.vendor);
    const { page, logs, errors } = await visit(ours + own);
    await untilLogged(logs, text);
    assert.deepEqual(lab.world.hits, []);
    await page.evaluate('assent.accept()');
    const gated = Array.from(text.matchAll(/https:\/\/vendor\.example([^"]+)/g), ([, path]) => path!);
    await until(() => gated.every((path) => lab.world.hits.includes(path)), `asked for: ${gated}`);
    const inline = Array.from(text.matchAll(/data-assent="\w+">console\.log\('(\w+)'\)/g), ([, logged]) => logged!);
    await until(() => inline.every((logged) => logs.includes(logged)), `logged: ${inline}`);
    assert.deepEqual(errors, []);
    await page.close();
  });
}

test('every method and every event is in the tables', async () => {
  const { page } = await visit(lab.world.tag());
  const methods: string[] = await page.evaluate('Object.keys(assent)');
  const [, events] = declared.match(/interface Events \{([^}]*)\}/)!;
  const names = [
    ...methods.map((name) => `\`${name}(`),
    ...Array.from(events!.matchAll(/^ {2}(\w+):/gm), ([, e]) => `\`${e}\``),
  ];
  assert.ok(methods.length >= 9 && names.length >= methods.length + 7);
  const rows = document.split('\n').filter((line) => line.startsWith('| `'));
  assert.deepEqual(
    names.filter((name) => !rows.some((row) => row.split(' | ')[0]!.includes(name))),
    [],
  );
  await page.close();
});
