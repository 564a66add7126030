import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runScenario, scenariosOf, sectionsOf } from './harness/gtm.ts';

const sections = sectionsOf(readFileSync(new URL('../../deploy/examples/gtm/template.tpl', import.meta.url), 'utf8'));

test('the template has every section that Google Tag Manager reads', () => {
  for (const name of ['INFO', 'TEMPLATE_PARAMETERS', 'WEB_PERMISSIONS']) JSON.parse(sections[name]!);
  assert.equal(JSON.parse(sections.INFO!).type, 'TAG');
  assert.equal(scenariosOf(sections.TESTS!).length, 6);
});

test('it uses no more of the language than the sandbox knows', () => {
  assert.doesNotMatch(
    sections.SANDBOXED_JS_FOR_WEB_TEMPLATE!,
    /`|\?\.|\?\?|\.\.\.|\bnew\b|\bclass\b|\basync\b|\bthis\b|\/\^/,
  );
});

for (const [name, code] of scenariosOf(sections.TESTS!)) test(`template: ${name}`, () => runScenario(sections, code));

test('a test of the template that promises something else fails', () => {
  const wrong = `mock('getCookieValues', []); runCode(input); assertApi('updateConsentState').wasCalledWith({});`;
  const setup = sections.TESTS!.split(/^setup: \|-\n/m)[1]!;
  assert.throws(() => runScenario(sections, `${setup}\n${wrong}`), /updateConsentState/);
});

test('a call that the permissions do not cover is refused', () => {
  const [, code] = scenariosOf(sections.TESTS!)[0]!;
  const elsewhere = code.replaceAll('https://assent.example.com', 'https://elsewhere.example');
  assert.throws(() => runScenario(sections, elsewhere), /may not load/);
});
