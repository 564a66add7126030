import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

type Keyed = Readonly<Record<string, string>>;

const folder = join(import.meta.dirname, '../src/texts');
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const texts = new Map<string, Keyed>(
  readdirSync(folder).map((name) => [name.replace('.json', ''), read(join(folder, name))]),
);
const english = texts.get('en')!;
const plurals: Record<string, string[]> = read(join(import.meta.dirname, '../../server/internal/site/plurals.json'));

const REQUIRED = `bg hr cs da nl en et fi fr de el hu ga it lv lt mt pl pt ro sk sl es sv
  no is uk ru tr ar he zh zh-Hant ja ko pt-BR ca`.split(/\s+/);

const SCRIPTS: Readonly<Record<string, string>> = {
  bg: 'Cyrillic',
  uk: 'Cyrillic',
  ru: 'Cyrillic',
  el: 'Greek',
  ar: 'Arabic',
  he: 'Hebrew',
  zh: 'Han',
  'zh-Hant': 'Han',
  ko: 'Hangul',
};

/** Words that are the same in English and in these languages. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  'purpose.marketing.title': 'cs de es fr hr hu it mt nl pl pt pt-BR ro sk'.split(' '),
  'service.details': ['de', 'nl'],
};

const isPlural = (key: string) => key.startsWith('status.removed.');
const limit = (key: string) => {
  if (/^(opt-out|notice-only)\.action\./.test(key)) return 60;
  if (key.startsWith('action.') || key === 'embed.once') return 28;
  if (/^(banner|opt-out|notice-only|preferences)\.title$/.test(key)) return 60;
  if (/^purpose\.\w+\.title$/.test(key)) return 24;
  return 260;
};
const placeholders = (text = '') => (text.match(/\{\w+\}/g) ?? []).sort().join();

/** Everything but marks, digits, names that are written alike everywhere, and placeholders. */
const letters = (text: string) =>
  text.replace(/\{\w+\}|\(?cookies?\)?|GPC|IP|e-mail|Podcast|podcast/gi, '').replace(/[^\p{L}]/gu, '');

test('all official languages of the EU and the others are there', () => {
  assert.deepEqual([...texts.keys()].sort(), [...REQUIRED].sort());
});

for (const [language, own] of texts) {
  test(`${language}: has each text once, in words of its own and short enough`, () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const expected = Object.keys(english).filter((key) => !isPlural(key));
    assert.deepEqual(
      Object.keys(own).sort(),
      [...expected, ...categories.map((category) => `status.removed.${category}`)].sort(),
    );
    for (const [key, text] of Object.entries(own)) checkText(language, key, text);
  });

  test(`${language}: the server knows its plurals as browsers do`, () => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    assert.deepEqual([...(plurals[language.split('-')[0]!] ?? ['other'])].sort(), [...pluralCategories].sort());
  });

  test(`${language}: yes and no differ, and no label stands for two buttons side by side`, () => {
    const labels = ['accept-all', 'reject-all', 'manage', 'save', 'close'].map((name) => own[`action.${name}`]);
    assert.equal(new Set(labels).size, labels.length);
    assert.notEqual(own['opt-out.action.accept-all'], own['opt-out.action.reject-all']);
    assert.notEqual(own['notice-only.action.accept-all'], own['notice-only.action.reject-all']);
  });
}

const checkText = (language: string, key: string, text: string): void => {
  const where = `${language} ${key}: ${text}`;
  assert.ok(text.trim() === text && text.length > 0, `${where} is empty or has white space around it`);
  assert.ok(text.length <= limit(key), `${where} has ${text.length} characters, more than ${limit(key)}`);
  assert.doesNotMatch(text, /\p{Cc}|\p{Co}|\p{Cs}|\u200b|\ufeff|\u00ad|<|&\w+;/u, where);
  assert.equal(placeholders(text), placeholders(english[isPlural(key) ? 'status.removed.other' : key]), where);
  if (language === 'en') return;
  if (text === english[key]) assert.ok(SAME[key]?.includes(language), `${where} is English`);
  checkScript(language, letters(text), where);
};

const checkScript = (language: string, written: string, where: string): void => {
  const script = SCRIPTS[language] ?? 'Latin';
  if (language === 'ja') assert.match(written, /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]*$/u, where);
  else assert.match(written, new RegExp(`^\\p{Script=${script}}*$`, 'u'), where);
};

test('simplified and traditional Chinese are not mixed up', () => {
  const all = (language: string) => Object.values(texts.get(language)!).join('');
  assert.doesNotMatch(all('zh'), /[這務選擇設時會術類數據與們開關]/);
  assert.doesNotMatch(all('zh-Hant'), /[这务选择设时会术类数据与们开关]/);
});
