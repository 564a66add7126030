import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ExperimentReport, OutcomeCompared, Rates, Receipt } from '../../schemas/types.gen.ts';
import { findingsIn, steering, verdictOf } from '../src/experiment.ts';
import { explain } from '../src/explain.ts';
import { format, pickLocale, t } from '../src/language.ts';
import { contrast, objections } from '../src/measured.ts';
import { grantedIn, marksOf, outcomeOf } from '../src/outcome.ts';
import { publications } from '../src/parts/chart.tsx';
import { axisTicks } from '../src/parts/scale.ts';
import { median } from '../src/parts/steps.tsx';
import { inWords } from '../src/pointer.ts';
import { otherOf } from '../src/report.ts';
import { hrefOf, parseRoute } from '../src/route.ts';
import { said } from '../src/said.ts';
import { setupToken } from '../src/session.ts';
import { siteOf } from '../src/sites.ts';
import { de } from '../src/texts/de.ts';
import { en } from '../src/texts/en.ts';
import { parseView, spanOf, type View, viewSearch, withoutValue, withValue } from '../src/view.ts';

const receipt = (members: Partial<Receipt>): Receipt => ({
  id: '019ab0c0-0000-7000-8000-000000000000',
  site: 'shop',
  subject: 'subject',
  notice: 'notice',
  action: 'save',
  purposes: { essential: true },
  services: {},
  source: 'banner',
  synthetic: false,
  recordedAt: '2026-11-23T10:00:00Z',
  expiresAt: '2027-05-22T10:00:00Z',
  flags: [],
  removed: [],
  regime: 'opt-in',
  ...members,
});

const usual = { site: '', days: 30, each: 'day', where: {}, by: 'device', against: '' } as const;

test('the address keeps what the rates show', () => {
  assert.deepEqual(parseView(''), usual);
  assert.deepEqual(parseView('?days=7&site=a%26b'), { ...usual, site: 'a&b', days: 7 });
  assert.equal(parseView('?days=90&each=hour').each, 'day', 'ninety days have too many hours');
  assert.deepEqual(parseView('?by=subject&each=year'), usual);
  for (const odd of ['?days=8', '?days=', '?days=7e0']) assert.equal(parseView(odd).days, 30);
  for (const view of [
    { ...usual, days: 90 },
    { ...usual, site: 'a&b', days: 7 },
    {
      ...usual,
      days: 7,
      each: 'hour',
      by: 'page',
      against: 'before',
      where: { device: ['phone', ''], page: ['https://a/?=&'] },
    },
  ] satisfies View[]) {
    assert.deepEqual(parseView(viewSearch(view)), view);
  }
});

test('the address names the page', () => {
  assert.deepEqual(parseRoute({ pathname: '/dashboard/', search: '?site=a' }), { page: '', search: '?site=a' });
  assert.deepEqual(parseRoute({ pathname: '/dashboard/people', search: '' }), { page: 'people', search: '' });
  assert.equal(hrefOf({ page: 'people', search: '?site=a' }), '/dashboard/people?site=a');
});

test('values come into a filter and leave it', () => {
  const phones: View = { ...usual, where: withValue({ ...usual }, 'device', 'phone') };
  assert.deepEqual(phones.where, { device: ['phone'] });
  const both = { ...phones, where: withValue(phones, 'device', '') };
  assert.deepEqual(both.where, { device: ['phone', ''] });
  assert.deepEqual(withValue(both, 'device', 'phone'), { device: ['', 'phone'] });
  assert.deepEqual(withoutValue(both, 'device', ''), { device: ['phone'] });
  assert.deepEqual(withoutValue(phones, 'device', 'phone'), {});
  assert.deepEqual(withoutValue(phones, 'page', 'x'), { device: ['phone'] });
});

test('a comparison is with the period before, with everybody, or with another value', () => {
  const now = new Date('2026-03-10T12:00:00Z');
  const phones: View = { ...usual, days: 7, where: { device: ['phone'], browser: ['edge'] } };
  const other = (against: string) => otherOf({ ...phones, against }, now, 'UTC');
  assert.deepEqual(other('before').where, phones.where);
  assert.equal(Date.parse(other('all').from) - Date.parse(other('before').to), 86_400_000);
  assert.deepEqual(other('all').where, {});
  assert.deepEqual(other('device=desktop').where, { device: ['desktop'], browser: ['edge'] });
  assert.deepEqual(other('page=https://a/?b=c').where, { ...phones.where, page: ['https://a/?b=c'] });
});

test('half of the visitors have chosen within the median', () => {
  const waits = [1, 2, 3].map((seconds) => ({ seconds, decisions: seconds }));
  assert.equal(median(waits), 2);
  assert.equal(median([]), 0);
});

test('versions of the notice are marked where they came up, the first one nowhere', () => {
  const at = (hour: number) => `2026-03-10T0${hour}:00:00Z`;
  const intervals = [0, 2, 4].map((hour) => ({ from: at(hour), to: at(hour + 2), answered: {} }));
  const notices = [0, 3, 5].map((hour) => ({ notice: `n${hour}`, from: at(hour) }));
  assert.deepEqual(publications({ notices, intervals } as unknown as Rates), [
    { notice: 'n3', index: 1 },
    { notice: 'n5', index: 2 },
  ]);
});

test('a period ends today in its time zone and counts both ends', () => {
  const now = new Date('2026-03-01T00:30:00+02:00');
  assert.deepEqual(spanOf(1, now, 'UTC'), { from: '2026-02-28', to: '2026-02-28' });
  assert.deepEqual(spanOf(30, now, 'UTC'), { from: '2026-01-30', to: '2026-02-28' });
  assert.deepEqual(spanOf(30, now, 'UTC', 30), { from: '2025-12-31', to: '2026-01-29' });
  assert.deepEqual(spanOf(1, now, 'Europe/Helsinki'), { from: '2026-03-01', to: '2026-03-01' });
});

test('the axis has few, round, whole ticks that hold every value', () => {
  for (const max of [0, 1, 2, 3, 4, 5, 7, 10, 11, 40, 99, 101, 12_345, 999_999]) {
    const ticks = axisTicks(max);
    assert.ok(ticks.length >= 2 && ticks.length <= 6, `${max}: ${ticks}`);
    assert.ok((ticks.at(-1) ?? 0) >= max, `${max}: ${ticks}`);
    assert.ok(ticks.every(Number.isInteger), `${max}: ${ticks}`);
  }
  assert.deepEqual(axisTicks(40), [0, 10, 20, 30, 40]);
});

test('outcomes are classed as on the server', () => {
  const cases: [Partial<Receipt>, string][] = [
    [{ purposes: { essential: true, analytics: true, marketing: true } }, 'accepted'],
    [{ purposes: { essential: true, analytics: false, marketing: false } }, 'refused'],
    [{ purposes: { essential: true, analytics: true, marketing: false } }, 'partial'],
    [{ purposes: { essential: true, analytics: false }, services: { youtube: true } }, 'partial'],
    [{ purposes: { essential: true, analytics: true }, services: { youtube: false } }, 'partial'],
    [{ purposes: { essential: true } }, 'refused'],
    [{ action: 'signal', purposes: { essential: true, marketing: false } }, 'signals'],
    [{ flags: ['not-seen', 'bot'], purposes: { essential: true, analytics: true } }, 'bots'],
  ];
  for (const [members, outcome] of cases) assert.equal(outcomeOf(receipt(members)), outcome, JSON.stringify(members));
});

test('what was granted, and what is remarkable', () => {
  const granted = receipt({
    purposes: { essential: true, marketing: true, analytics: false },
    services: { youtube: true },
  });
  assert.deepEqual(grantedIn(granted), ['marketing', 'youtube']);
  assert.deepEqual(marksOf(granted), []);
  const odd = receipt({
    action: 'withdraw',
    synthetic: true,
    flags: ['gpc-header', 'clock-skew', 'not-seen', 'bot', 'demo'],
  });
  assert.deepEqual(marksOf(odd), ['gpc', 'synthetic', 'withdraw', 'clock-skew', 'not-seen']);
  for (const mark of marksOf(odd)) assert.ok(t.marks[mark]?.meaning);
});

test('the first site is shown, and the demo only when there is nothing else', () => {
  const site = (id: string) => ({ id, name: id, origins: [], notice: '' });
  const all = [site('demo'), site('shop'), site('zoo')];
  assert.equal(siteOf(all, ''), all[1]);
  assert.equal(siteOf(all, 'demo'), all[0]);
  assert.equal(siteOf(all, 'gone'), all[1]);
  assert.equal(siteOf([site('demo')], '')?.id, 'demo');
  const madeUp = { ...site('a'), demo: true };
  assert.equal(siteOf([madeUp, ...all], ''), all[1]);
  assert.equal(siteOf([site('demo'), madeUp], ''), madeUp);
  assert.equal(siteOf([], ''), undefined);
});

test('the reader gets the first language that there is, with its region', () => {
  assert.equal(pickLocale(['fr-FR', 'de-AT', 'en-GB']), 'de-AT');
  assert.equal(pickLocale(['en-GB']), 'en-GB');
  assert.equal(pickLocale(['fr', 'ja']), 'en');
  assert.equal(pickLocale([]), 'en');
});

test('a share of nothing is not 0 %', () => {
  assert.equal(format.share(0, 0), '–');
  assert.equal(format.share(0, 3), '0%');
  assert.equal(format.share(3, 8), '37.5%');
});

const browsers = ['Chrome', 'Safari', 'Firefox', 'Edge', 'Samsung Internet', 'Opera'];

test('no text was left in English', () => {
  const same = ['Assent', 'Marketing', 'GPC', 'Import', 'Browser', 'Tablet', 'Computer', ...browsers];
  const flat = (texts: object): [string, unknown][] =>
    Object.entries(texts).flatMap(([key, text]) =>
      typeof text === 'object'
        ? flat(text).map(([inner, value]): [string, unknown] => [`${key}.${inner}`, value])
        : [[key, text]],
    );
  const { remarks: _, ...written } = de; // English ones come from the server.
  const { remarks: none, ...english } = en;
  assert.deepEqual(none, {});
  const german = new Map(flat(written));
  assert.deepEqual(
    [...german.keys()].sort(),
    flat(english)
      .map(([key]) => key)
      .sort(),
  );
  for (const [key, text] of flat(en)) {
    if (typeof text === 'string' && !same.includes(text)) assert.notEqual(german.get(key), text, key);
  }
});

test('whatever the trail may tell has words', () => {
  const source = readFileSync(new URL('../../server/internal/httpapi/permissions.go', import.meta.url), 'utf8');
  const acts = [...source.matchAll(/^\t"[A-Z]+ \/v1.*, "([a-z-]+)"\},/gm)].map(([, act]) => act!);
  assert.ok(acts.length > 20);
  for (const act of acts) assert.ok(act in en.trail.acts, act);
});

test('whatever can be wrong with a notice has words in both languages', () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const sources = read('server/internal/site/words.go');
  const namedIn = (words: string) => [...new Set(words.match(/(?<=\{)\w+(?=\})/g))].sort();
  const told = new Map(
    [...sources.matchAll(/= kind\{"([a-z-]+)", (?:`|")(.+)(?:`|")\}/g)].map(([, name, words]) => [
      name!,
      namedIn(words!),
    ]),
  );
  assert.ok(told.size > 30);
  for (const member of patterned(JSON.parse(read('schemas/notice.schema.json'))))
    told.set(`form-${member}`, ['form', 'got']);
  for (const { findings } of [en, de]) {
    assert.deepEqual(Object.keys(findings.kinds).sort(), [...told.keys()].sort());
    for (const [kind, words] of Object.entries(findings.kinds)) {
      for (const name of namedIn(words)) assert.ok(told.get(kind)?.includes(name), `${kind}: {${name}}`);
    }
  }
  const rules = [...read('server/internal/site/lint.go').matchAll(/"([^"]*(?:GDPR|CJEU|ePrivacy|CNIL|EDPB)[^"]*)"/g)];
  assert.ok(rules.length > 7);
  for (const [, rule] of rules) assert.notEqual(de.findings.source(rule!), rule);
});

test('whatever can become of a set-up has German words', () => {
  const source = readFileSync(new URL('../../server/internal/importing/remarks.go', import.meta.url), 'utf8');
  const told = [...source.matchAll(/= kind\{"([a-z-]+)", `(.+)`\}/g)].map(
    ([, name, words]) => [name!, words!] as const,
  );
  assert.ok(told.length > 50);
  assert.deepEqual(Object.keys(de.remarks).sort(), told.map(([name]) => name).sort());
  for (const [name, words] of told) {
    assert.ok(!(name in de.findings.kinds), name);
    for (const [value] of de.remarks[name]!.matchAll(/\{\w+\}/g)) assert.ok(words.includes(value), `${name}: ${value}`);
  }
});

/** Members of a schema whose text has a form. */
const patterned = (schema: unknown, member = ''): string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  const { pattern, properties, ...rest } = schema as Record<string, unknown>;
  return [
    ...(typeof pattern === 'string' ? [member] : []),
    ...Object.entries(properties ?? {}).flatMap(([name, part]) => patterned(part, name)),
    ...Object.values(rest).flatMap((part) => patterned(part, member)),
  ];
};

test('a finding speaks the language of the page, or else as the server does', () => {
  const finding = { severity: 'error' as const, pointer: '/x', rule: '', detail: 'as the server says' };
  const known = { ...finding, kind: 'provider-missing', values: { service: 'Own' } };
  assert.match(said(known), /^Own: nobody is named/);
  assert.match(said(known, de.findings.kinds), /^Own: Es steht nicht da/);
  assert.equal(said({ ...finding, kind: 'unheard-of' }), finding.detail);
  assert.equal(said(finding), finding.detail);
});

test('every failure has words', () => {
  const http = (status: number, members = {}) => ({
    kind: 'http' as const,
    status,
    retryAfter: 0,
    pointers: [],
    ...members,
  });
  assert.equal(explain({ kind: 'offline' }), en.failure.offline);
  assert.equal(explain(http(401), { 401: en.signIn.wrong }), en.signIn.wrong);
  assert.equal(explain(http(429, { retryAfter: 8 })), en.failure.wait('8 seconds'));
  assert.equal(explain(http(422, { pointers: ['/password'] })), en.fault.password);
  assert.equal(explain(http(422, { pointers: ['/email', '/password'] })), en.fault.email);
  assert.equal(explain(http(503)), en.failure.busy);
  assert.equal(explain(http(500)), en.failure.server);
});

// ASVS 14.2.1
test('the token comes from the fragment', () => {
  assert.equal(setupToken('#setup=Ab_-9'), 'Ab_-9');
  assert.equal(setupToken('#other'), '');
  assert.equal(setupToken(''), '');
});

test('buttons that differ, or that cannot be read, stop a publication', () => {
  const box = {
    width: 120,
    height: 44,
    font: '16px 600',
    colour: 'rgb(255, 255, 255)',
    background: 'rgb(11, 87, 208)',
  };
  const told = (accept: typeof box | null, refuse: typeof box | null) =>
    objections({ accept, refuse }).map(({ detail }) => detail);
  const words = en.noticePage.measured;
  assert.deepEqual(told(box, box), []);
  assert.deepEqual(told(null, null), []);
  assert.deepEqual(told(box, null), [words.noRefusal]);
  assert.deepEqual(told({ ...box, width: 180 }, box), [words.size]);
  assert.deepEqual(told(box, { ...box, font: '14px 400' }), [words.weight]);
  assert.deepEqual(told(box, { ...box, background: 'rgb(90, 90, 90)' }), [words.colour]);
  const pale = { ...box, background: 'rgb(200, 200, 255)' };
  assert.deepEqual(told(pale, pale), [words.contrast]);
  assert.equal(contrast({ ...box, background: 'rgb(0, 0, 0)' }), 21);
});

test('members of a notice are called by what people call them', () => {
  const notice = { services: [{ id: 'a' }, { id: 'own', name: 'Our own' }] };
  assert.equal(inWords('/services/1/provider', notice), 'Services › Our own › Provider');
  assert.equal(inWords('/services/youtube/provider', notice), 'Services › youtube › Provider');
  assert.equal(inWords('/texts/de/banner.title'), 'Texts › de › Title');
  assert.equal(inWords('/texts/de/a~1b~0c'), 'Texts › de › a/b~c');
});

test('what an experiment shows is said of every outcome, and none wins', () => {
  const names = ['accepted', 'refused', 'partial', 'ignored'] as const;
  const of = (...verdicts: OutcomeCompared['verdict'][]) => {
    const signs: Record<string, number> = { more: 1, fewer: -1 };
    const compared = verdicts.map((verdict, i) => {
      const sign = signs[verdict] ?? 0;
      const [lowest = 0, highest = 0] = sign ? [0.035 * sign - 0.015, 0.035 * sign + 0.015] : [-0.05, 0.05];
      return { outcome: names[i], difference: 0.035 * sign, lowest, highest, verdict };
    });
    return { arms: [{ compared: [] }, { compared }] } as unknown as ExperimentReport;
  };
  assert.equal(verdictOf(of('few', 'few', 'few', 'few')), 'few');
  assert.equal(verdictOf(of('open', 'same', 'few', 'few')), 'open');
  assert.equal(verdictOf(of('same', 'same', 'few', 'same')), 'same');
  const found = of('more', 'fewer', 'few', 'open');
  assert.equal(verdictOf(found), 'found');
  assert.deepEqual(findingsIn(found), [
    'With B, the share of visitors who accept everything is 2–5 points higher than with A.',
    'With B, the share of visitors who refuse everything is 2–5 points lower than with A.',
  ]);
  assert.deepEqual(steering(found), ['B']);
  assert.deepEqual(steering(of('more', 'open', 'few', 'fewer')), []);
  assert.equal(
    de.experimentPage.finding('ignored', 'C', '2–5', false),
    'Mit C ist der Anteil der Besucher, die nicht antworten, um 2–5 Punkte niedriger als mit A.',
  );
});
