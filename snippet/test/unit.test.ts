import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { register } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Answers, type Choice, undecided } from '../src/choice.ts';
import type { Marked } from '../src/codec.ts';
import { type Deed, pageOf, toChoice, toDecision } from '../src/decision.ts';
import { newId, newSecret } from '../src/ids.ts';
import { match } from '../src/match.ts';
import { faults } from './decision.ts';

// What snippetbuild puts in place of a notice: nothing is suspended, which the rest of these sources does not look at.
const notice = 'export const services = [], suspended = [], suspendedIds = [], suspendedMarks = [];';
const url = `data:text/javascript,${encodeURIComponent(notice)}`;
const made = `export const resolve = (name, context, next) =>
  name === 'assent:config' ? { url: ${JSON.stringify(url)}, shortCircuit: true } : next(name, context);`;
register(`data:text/javascript,${encodeURIComponent(made)}`);
const { COOKIE_LIMIT, decode, encode } = await import('../src/codec.ts');

const SUBJECT = 'Ab_-Ab_-Ab_-Ab_-Ab_-Ab';
const choice = (answers: Answers, subject = SUBJECT): Choice => ({
  _at: 1_795_428_000,
  _subject: subject,
  _answers: answers,
});
const under = (purpose: string, ...ids: string[]) => ids.map((_id) => ({ _id, _purpose: purpose }));

/** Answers have no prototype on purpose; a clone has an ordinary one, to compare with what a test writes down. */
const plain = structuredClone;

// Compiled in by the regime.
Object.assign(globalThis, { SILENCE_GRANTS: false, HAS_SUSPENDED: false });

const marked = (purpose: string, marks: Record<string, string>): Marked[] =>
  Object.entries(marks).map(([_id, _mark]) => ({ _id, _purpose: purpose, _mark }));

const listed = [...marked('analytics', { count: 'cccc' }), ...marked('marketing', { youtube: 'yyyy', pixel: 'pppp' })];

test('a choice survives the cookie', () => {
  const full = choice({ analytics: true, marketing: false, youtube: true });
  const text = encode(full, listed, ['analytics', 'marketing'], COOKIE_LIMIT);
  assert.equal(text, `1.ccccyyyy.toy940.${SUBJECT}.analytics:1.marketing:0.youtube:1`);
  assert.deepEqual(plain(decode(text, listed)), full);
  assert.deepEqual(plain(decode(encode(choice({}, '-'), [], [], COOKIE_LIMIT), [])), choice({}, '-'));
});

test('what is no choice is none', () => {
  for (const wrong of [
    undefined,
    '',
    '1.cccc',
    '2.cccc.tp0hog.-.analytics:1',
    '3.cccc.tp0hog.-.analytics:1',
    '1.cccc.-.-.analytics:1',
    '1.cccc.0.-.analytics:1',
  ]) {
    assert.equal(decode(wrong, listed), undecided, String(wrong));
  }
});

test('a grant made where silence grants counts there alone, one made on a question counts everywhere', () => {
  const asked = encode(choice({ analytics: true }), listed, ['analytics'], COOKIE_LIMIT);
  Object.assign(globalThis, { SILENCE_GRANTS: true });
  const unasked = encode(choice({ analytics: true }), listed, ['analytics'], COOKIE_LIMIT);
  assert.deepEqual(
    [decode(asked, listed), decode(unasked, listed)].map(({ _answers }) => _answers.analytics),
    [true, true],
  );
  Object.assign(globalThis, { SILENCE_GRANTS: false, HAS_SUSPENDED: false });
  assert.equal(decode(unasked, listed), undecided);
});

test('the visitor is asked again for what is new to a grant, and for nothing else', () => {
  const all = choice({ analytics: true, marketing: true });
  const none = choice({ analytics: false, marketing: false });
  const some = choice({ analytics: true, marketing: false, youtube: true });
  const [count, youtube, pixel] = listed as [Marked, Marked, Marked];
  const another = marked('marketing', { chat: 'hhhh' });
  const moved = { ...youtube, _mark: 'zzzz' };
  for (const [name, before, after, kept] of [
    ['nothing', all, listed, { analytics: true, marketing: true }],
    ['a service less', all, [count, pixel], { analytics: true, marketing: true }],
    ['no service left', all, [], { analytics: true, marketing: true }],
    ['another order', all, [pixel, youtube, count], { analytics: true, marketing: true }],
    ['a service more under a grant', all, [...listed, ...another], { analytics: true }],
    [
      'a service more under a refusal',
      some,
      [...listed, ...another],
      { analytics: true, marketing: false, youtube: true },
    ],
    ['another provider under a grant', all, [count, moved, pixel], { analytics: true }],
    ['another provider of what was granted apart', some, [count, moved, pixel], { analytics: true, marketing: false }],
    ['another provider under a refusal', none, [count, moved, pixel], { analytics: false, marketing: false }],
    ['services after a refusal of everything', none, [...listed, ...another], { analytics: false, marketing: false }],
    [
      'a granted service under another grant',
      all,
      [{ ...count, _purpose: 'marketing', _mark: 'mmmm' }],
      { analytics: true },
    ],
    [
      'a granted service under a refusal',
      some,
      [{ ...count, _purpose: 'marketing', _mark: 'mmmm' }],
      { analytics: true, marketing: false, youtube: true },
    ],
  ] as const) {
    const text = encode(before, listed, ['analytics', 'marketing'], COOKIE_LIMIT);
    assert.deepEqual(plain(decode(text, after)._answers), kept, name);
  }
});

test('a choice that is too long for the cookie only ever grants less', () => {
  const ids = Array.from({ length: 20 }, (_, i) => `a-rather-long-service-id-${i}`);
  const apart = choice({ analytics: true, marketing: false, ...Object.fromEntries(ids.map((id) => [id, true])) });
  const many = ids.flatMap((id, i) => marked('marketing', { [id]: `m${i + 100}` }));
  const text = encode(apart, many, ['analytics', 'marketing'], COOKIE_LIMIT);
  assert.ok(text.length <= COOKIE_LIMIT);
  assert.deepEqual(plain(decode(text, many)._answers), { analytics: true, marketing: false });
  const purposes = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`a-purpose-with-a-long-name-${i}`, true]));
  const nothing = encode(choice(purposes), [], Object.keys(purposes), COOKIE_LIMIT);
  assert.ok(nothing.length <= COOKIE_LIMIT);
  assert.deepEqual(plain(decode(nothing, [])._answers), {});
  assert.deepEqual(plain(decode(encode(apart, many, [], Infinity), many)), apart);
});

/** What the server writes and reads (server/internal/consent/cookie_test.go). */
interface Golden {
  name: string;
  purposes: string[];
  services: { id: string; purpose: string }[];
  marks: Record<string, string>;
  regime: string;
  at: number;
  subject: string;
  answers: { purposes: Record<string, boolean>; services: Record<string, boolean> };
  cookie: string;
}

test('the server writes the same cookie', () => {
  const file = join(import.meta.dirname, '../../server/internal/consent/testdata/cookies.json');
  for (const one of JSON.parse(readFileSync(file, 'utf8')) as Golden[]) {
    Object.assign(globalThis, { SILENCE_GRANTS: one.regime !== 'opt-in' });
    const services = one.services.map(({ id, purpose }) => ({
      _id: id,
      _purpose: purpose,
      _mark: one.marks[id] || '',
    }));
    const written: Choice = {
      _at: one.at,
      _subject: one.subject,
      _answers: { ...one.answers.purposes, ...one.answers.services },
    };
    assert.equal(encode(written, services, one.purposes, COOKIE_LIMIT), one.cookie, one.name);
  }
  Object.assign(globalThis, { SILENCE_GRANTS: false, HAS_SUSPENDED: false });
});

test('ids are UUIDs of version 7 in the order of time, secrets hold more than 128 random bits', () => {
  const first = newId(1_795_428_000_000);
  assert.match(first, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(Number.parseInt(first.replace(/-/g, '').slice(0, 12), 16), 1_795_428_000_000);
  assert.ok(newId(1_795_428_000_001) > first);
  assert.equal(new Set(Array.from({ length: 1000 }, () => newId(1))).size, 1000);
  assert.match(newSecret(), /^[A-Za-z0-9_-]{22}$/);
  assert.equal(new Set(Array.from({ length: 1000 }, newSecret)).size, 1000);
});

const deed = (change: Partial<Deed>): Deed => ({
  action: 'save',
  purposes: { analytics: true, marketing: false },
  services: {},
  source: 'banner',
  synthetic: false,
  ...change,
});

test('a deed becomes a decision that the contract allows', () => {
  const place = { origin: 'https://shop.example', pathname: '/cart' };
  const decision = toDecision(
    deed({}),
    newSecret(),
    { notice: 'notice', locale: 'de', page: pageOf(place) },
    1_795_428_000_000,
  );
  assert.deepEqual(faults(decision), []);
  assert.equal(decision.page, 'https://shop.example/cart');
  assert.equal(pageOf({ origin: 'null', pathname: '/x' }), undefined);
});

test('a signal answers only what it names, a decision everything', () => {
  const before = choice({ analytics: true, marketing: true, youtube: true, maps: true });
  const services = [...under('marketing', 'youtube'), ...under('analytics', 'maps')];
  const after = toChoice(deed({ action: 'signal', purposes: { marketing: false } }), before, 5999, services);
  assert.deepEqual(plain(after), {
    _at: 5,
    _subject: SUBJECT,
    _answers: { analytics: true, marketing: false, maps: true },
  });
  assert.deepEqual(plain(toChoice(deed({}), before, 6000, services)._answers), { analytics: true, marketing: false });
});

// Compiled in where a site's languages need it.
Object.assign(globalThis, { HAS_ALIASES: true });

test('languages are matched exactly, then by their primary tag', () => {
  const offered = ['en', 'de', 'pt-BR', 'pt-PT'];
  assert.equal(match(offered, ['', 'de-AT', 'en']), 'de');
  assert.equal(match(offered, ['pt-pt']), 'pt-PT');
  assert.equal(match(offered, ['pt']), 'pt-BR');
  assert.equal(match(offered, ['fr', 'ja', 'en-GB']), 'en');
  assert.equal(match(offered, ['fr']), undefined);
  assert.equal(match(['en', 'pt', 'pt-BR'], ['pt-PT']), 'pt');
  assert.equal(match(['en', 'pt', 'pt-BR'], ['pt-BR']), 'pt-BR');
  assert.equal(match(['en', 'pt'], ['pt-BR']), 'pt');
});

test('Chinese is matched by script, Norwegian by either name', () => {
  const wants = (offered: string[], want: string, ...tags: string[]) => {
    for (const tag of tags) assert.equal(match(offered, [tag]), want, tag);
  };
  const offered = ['en', 'zh', 'no', 'zh-Hant'];
  wants(offered, 'zh-Hant', 'zh-TW', 'zh-HK', 'zh-MO', 'zh-Hant', 'zh-Hant-HK');
  wants(offered, 'zh', 'zh', 'zh-CN', 'zh-SG', 'zh-Hans', 'zh-Hans-CN');
  wants(offered, 'no', 'no', 'nb', 'nb-NO', 'no-NO');
  wants(['en', 'nb'], 'nb', 'no', 'nb-NO');
  wants(['en', 'zh-TW'], 'zh-TW', 'zh-Hant', 'zh-HK', 'zh-CN');
});

const examples = join(import.meta.dirname, '../../schemas/examples');

for (const verdict of ['valid', 'invalid']) {
  test(`the corpus of ${verdict} decisions is ${verdict} for these rules too`, () => {
    const files = readdirSync(join(examples, verdict)).filter((name) => name.startsWith('decision.'));
    assert.ok(files.length > 0);
    for (const file of files) {
      const text = readFileSync(join(examples, verdict, file), 'utf8');
      let found: string[];
      try {
        found = faults(JSON.parse(text));
      } catch {
        found = ['not JSON'];
      }
      assert.equal(found.length === 0, verdict === 'valid', `${file}: ${found}`);
    }
  });
}
