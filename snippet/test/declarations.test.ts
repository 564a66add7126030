import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { declarations, FILE } from '../gen/declarations.ts';
import { blocksOf } from './harness/document.ts';

const folder = mkdtempSync(join(tmpdir(), 'assent-types-'));
after(() => rmSync(folder, { recursive: true }));

const compiler = join(import.meta.dirname, '../../node_modules/.bin/tsc');
const flags = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler'];

/** What the compiler says of a file of a project that has nothing of ours but the declarations. */
const complaintsAbout = (text: string): string => {
  copyFileSync(FILE, join(folder, 'assent.d.ts'));
  writeFileSync(join(folder, 'page.ts'), text);
  const { stdout, stderr } = spawnSync(compiler, [...flags, 'assent.d.ts', 'page.ts'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return stdout + stderr;
};

test('the declarations are fresh: make generate writes them', () => {
  assert.equal(readFileSync(FILE, 'utf8'), declarations());
  assert.doesNotMatch(declarations(), /^import /m);
});

test('the typed examples compile against them alone', () => {
  const examples = blocksOf(readFileSync(new URL('../../deploy/API.md', import.meta.url), 'utf8'));
  const typed = examples.filter(({ language }) => language === 'ts');
  assert.ok(typed.length > 0);
  for (const { text } of typed) assert.equal(complaintsAbout(text), '');
});

test('they refuse what is not there', () => {
  for (const [text, expected] of [
    [`assent.on('chosen', () => {});`, /TS2345/],
    [`assent.on('show', ({ action }) => action);`, /TS2339/],
    [`window.assent.accept('analytics');`, /TS2345/],
    [`assent.get().purposes = 1;`, /TS2322/],
  ] as const) {
    assert.match(complaintsAbout(`import './assent';\n${text}`), expected);
  }
});
