import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Notice } from '../../schemas/types.gen.ts';
import type { Finding } from '../src/contract.ts';
import { meanwhile, until } from './harness/browser.ts';
import { codes, selfTest } from './harness/check.ts';
import { html, openLab } from './harness/lab.ts';
import { BANNER } from './harness/selectors.ts';

const lab = openLab();

const pixel = { id: 'pixel', purpose: 'marketing', name: 'Pixel', hosts: ['vendor.test'] };

const addSite = (notice: Notice = {}): Promise<string> =>
  lab.world.addSite({ services: [pixel], languages: ['en'], ...notice });

const open = async (head: string, body = ''): Promise<Page> => {
  const page = await (await lab.browser.newContext()).newPage();
  await page.goto(lab.world.page('/', html(head, body)));
  await page.waitForSelector(BANNER);
  return page;
};

const only = (findings: Finding[], code: string): string[] =>
  findings.filter((finding) => finding.code === code).map(({ text }) => text);

test('tags that nobody gated are told with their service, annotated ones with what they wait for', async () => {
  const { vendor, tag } = lab.world;
  const bare = `<script src="${vendor}/bare.js?x=1"></script>`;
  const gated = `<script type="text/plain" data-assent="pixel" src="${vendor}/gated.js"></script>`;
  const page = await open(tag('', await addSite()) + bare + gated);
  const told = await selfTest(page);
  assert.deepEqual(
    told.map(({ code }) => code),
    ['not-gated', 'annotated', 'early-request'],
  );
  assert.match(told[0]!.text, /\/bare\.js \(Pixel\).*type="text\/plain" data-assent="pixel"/);
  await page.evaluate('assent.accept()');
  assert.deepEqual(await codes(page), ['annotated']);
  await page.context().close();
});

test('how to mark a tag up is told for its kind', async () => {
  const { vendor, tag } = lab.world;
  const tags = `<script type="module" src="${vendor}/a.js"></script><iframe title="t" src="${vendor}/b.html"></iframe>
    <img alt="" src="${vendor}/c.gif" srcset="${vendor}/d.gif 2x"><link rel="preload" as="image" href="${vendor}/e.gif">`;
  const page = await open(tag('', await addSite()), tags);
  const mends = only(await selfTest(page), 'not-gated').map((text) => text.match(/mark it up with (.*?)\. W/)?.[1]);
  assert.deepEqual(mends, [
    'type="text/plain" data-type="module" data-assent="pixel"',
    'data-assent="pixel" and data-src in place of src',
    'data-assent="pixel" and data-src in place of src and data-srcset in place of srcset',
    'data-assent="pixel" and data-href in place of href',
  ]);
  await page.context().close();
});

test('hosts are told as auto-block tells them: with port, path, query, subdomains, and the catalogue', async () => {
  const { vendor, port, tag } = lab.world;
  const at = (host: string, path: string) => `<img alt="" src="http://${host}:${port}${path}">`;
  const hosts = ['*.cdn.test/a/', `port.test:${port}`, 'query.test/x.gif?id=7', 'www.shop.test', 'stats.shop.test'];
  const services = [
    { ...pixel, hosts },
    { ...pixel, id: 'short', name: 'Short', hosts: ['query.test/x.gif'] },
    { ...pixel, id: 'mine', purpose: 'essential', hosts: ['mine.test'] },
  ];
  const site = await addSite({ services, exempt: ['spared.test'] });
  const body = [
    at('x.cdn.test', '/a/1.gif'),
    at('x.cdn.test', '/b.gif'),
    at('port.test', '/2.gif'),
    at('query.test', '/x.gif?id=7'),
    at('query.test', '/x.gif?id=8'),
    at('www.shop.test', '/own.gif'),
    at('stats.shop.test', '/3.gif'),
    at('more.shop.test', '/own.gif'),
    at('spared.test', '/4.gif'),
    at('mine.test', '/5.gif'),
    `<img alt="" src="https://www.google-analytics.com/collect">`,
    `<img alt="" src="${vendor}/6.gif">`,
  ].join('');
  const page = await open(tag('', site), body);
  const findings = await selfTest(page);
  assert.deepEqual(
    only(findings, 'not-gated').map((text) => text.match(/of (\S+) \((.*?)\)/)!.slice(1)),
    [
      [`x.cdn.test:${port}/a/1.gif`, 'Pixel'],
      [`port.test:${port}/2.gif`, 'Pixel'],
      [`query.test:${port}/x.gif`, 'Pixel'],
      [`query.test:${port}/x.gif`, 'Short'],
      [`stats.shop.test:${port}/3.gif`, 'Pixel'],
      ['www.google-analytics.com/collect', 'google-analytics'],
    ],
  );
  const hostsOf = (code: string) => only(findings, code).map((text) => text.split(/[: ]/)[0]);
  assert.deepEqual(hostsOf('unknown-host'), ['vendor.test']);
  assert.deepEqual(hostsOf('early-request').sort(), [
    'port.test',
    'query.test',
    'stats.shop.test',
    'www.google-analytics.com',
    'x.cdn.test',
  ]);
  await page.context().close();
});

test('an annotated tag that does not wait is told, with how to mend it', async () => {
  const { vendor, tag } = lab.world;
  const cases = [
    [
      `<script data-assent="pixel" src="${vendor}/a.js"></script>`,
      /without type at once\. Write type="text\/plain"\.$/,
    ],
    ['<script data-assent="pixel">var live = 1</script>', /begins with “var live = 1”.* Write type="text\/plain"\.$/],
    [
      `<script type="module" data-assent="pixel" src="${vendor}/b.js"></script>`,
      /Write type="text\/plain" data-type="module"\.$/,
    ],
    ['<script type="text/x-wait" data-assent="pixel">1</script>', /never runs.*Write type="text\/plain"\.$/],
    [
      `<script type="text/plain" data-assent="pixel" data-src="${vendor}/c.js"></script>`,
      /never loads.*Write src in place of data-src\.$/,
    ],
    [
      `<iframe title="t" data-assent="pixel" src="${vendor}/d.html"></iframe>`,
      /in src at once\. Write data-src in place of src\.$/,
    ],
    [
      `<img alt="" data-assent="pixel" data-src="${vendor}/e.gif" srcset="${vendor}/f.gif 2x">`,
      /Write data-srcset in place of srcset\.$/,
    ],
    [`<link rel="stylesheet" data-assent="pixel" href="${vendor}/g.css">`, /Write data-href in place of href\.$/],
    [`<object data-assent="pixel" data="${vendor}/h.html"></object>`, /Write an <iframe> with data-src\.$/],
  ] as const;
  for (const autoBlock of ['off', 'block'] as const) {
    const site = await addSite({ autoBlock });
    const page = await open(tag('', site), cases.map(([element]) => element).join('\n'));
    const told = async () => (await selfTest(page)).filter(({ code }) => code === 'annotated-live');
    // What can be emptied was, and is told where it loads by right but need not have waited for that.
    assert.deepEqual(
      (await told()).filter(({ text }) => /^<(iframe|img|link)>/.test(text)),
      [],
    );
    await page.evaluate(() => (self as any).assent.accept());
    await page.reload();
    await page.waitForFunction(() => 'assent' in self);
    const all = await told();
    assert.equal(all.length, cases.length, JSON.stringify(all, null, 1));
    for (const [i, [, expected]] of cases.entries()) {
      assert.equal(all[i]!.level, 'wrong');
      assert.match(all[i]!.text, expected);
    }
    await page.context().close();
  }
});

test('what waits or was started by its grant is not taken for one that does not wait', async () => {
  const { vendor, tag } = lab.world;
  const waiting = `<script type="text/plain" data-assent="pixel" src="${vendor}/a.js"></script>
    <script type="text/plain" data-type="module" data-assent="pixel">self.inline = 1</script>
    <iframe title="t" data-assent="pixel" data-src="${vendor}/b.html" src="about:blank"></iframe>
    <img alt="" data-assent="pixel" data-src="${vendor}/c.gif" src="data:image/gif,x">
    <link rel="stylesheet" data-assent="pixel" data-href="${vendor}/d.css"><p data-assent="pixel">text</p>`;
  const made = `<script>document.head.append(Object.assign(document.createElement('script'), { src: '${vendor}/e.js' }))</script>`;
  for (const autoBlock of ['off', 'block'] as const) {
    const page = await open(tag('', await addSite({ autoBlock })), waiting + (autoBlock === 'block' ? made : ''));
    const wrong = async () => (await selfTest(page)).filter(({ level }) => level === 'wrong');
    assert.deepEqual(await wrong(), []);
    await page.evaluate('assent.accept()');
    await until(() => page.evaluate(() => (self as any).inline === 1), 'they are started');
    assert.deepEqual(await wrong(), []);
    await page.evaluate('assent.withdraw()');
    assert.deepEqual(await wrong(), []);
    await page.context().close();
  }
});

test('what auto-block has marked is no text of the owner’s', async () => {
  const { vendor, tag } = lab.world;
  const services = [pixel, { ...pixel, id: 'other', purpose: 'analytics', name: 'Other' }];
  const site = await addSite({ autoBlock: 'block', services });
  const body = `<script src="${vendor}/a.js"></script><iframe title="t" src="${vendor}/b.html"></iframe>`;
  const page = await open(tag('', site), body);
  const held = only(await selfTest(page), 'auto-blocked');
  assert.equal(held.length, 2);
  for (const text of held) assert.match(text, /held back by auto-block until pixel or other is granted\.$/);
  await page.evaluate(`assent.accept(['other'])`);
  await until(() => page.evaluate(() => (self as any).ran?.includes('a')), 'one grant is enough');
  assert.deepEqual(await codes(page), ['annotated']);
  await page.context().close();
});

test('what auto-block holds back for ever is told', async () => {
  const site = await addSite({ autoBlock: 'block', services: [], purposes: [{ id: 'analytics' }] });
  const body = `<script>document.head.append(Object.assign(document.createElement('script'), { src: 'https://connect.facebook.net/x.js' }))</script>`;
  const page = await open(lab.world.tag('', site), body);
  const [finding] = await selfTest(page);
  assert.equal(finding!.level, 'doubt');
  assert.match(finding!.text, /connect\.facebook\.net.* for ever.* no purpose “marketing”/);
  await page.context().close();
});

test('a script of ours that came too late for auto-block is told, and what no script can stop', async () => {
  const { vendor, tag, stub } = lab.world;
  const site = await addSite({ autoBlock: 'block' });
  const script = `<script src="${vendor}/a.js"></script>`;
  const late = await open(script + tag('', site));
  const [finding] = only(await selfTest(late), 'too-late');
  assert.match(
    finding!,
    /came too late.* first in the head and without async, or its stub; or, surer still, mark it up/,
  );
  await late.context().close();
  const held = await open((await stub(site)) + tag('async', site) + script);
  const findings = await selfTest(held);
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['auto-blocked', 'early-request'],
  );
  assert.match(findings[1]!.text, /before the script of Assent began\. A tag of the page names it/);
  await held.context().close();
});

test('a request by a script is told as such; one that a grant may have covered is in doubt', async () => {
  const { vendor, tag } = lab.world;
  const page = await open(tag('', await addSite()), `<script>new Image().src = '${vendor}/made.gif'</script>`);
  const [early] = await selfTest(page);
  assert.match(early!.text, /asked for \/made\.gif without a grant.* No tag of the page names it/);
  await page.evaluate('assent.accept()');
  assert.deepEqual(await codes(page), []);
  await page.evaluate('assent.withdraw()');
  const level = async () => (await selfTest(page)).map(({ level }) => level);
  assert.deepEqual(await level(), ['doubt']);
  // The time of a choice is known to the second.
  await meanwhile(1100);
  await page.evaluate(`fetch('${vendor}/later.txt').then((answer) => answer.text())`);
  assert.deepEqual(await level(), ['wrong']);
  await page.context().close();
});

test('Google’s tags need no grant to load in advanced mode', async () => {
  const google = `<script async src="https://www.googletagmanager.com/gtag/js?id=G-A1"></script>`;
  const services = [{ id: 'google-analytics' }];
  for (const [consentMode, expected] of [
    ['advanced', []],
    ['basic', ['not-gated', 'early-request']],
  ] as const) {
    const site = await addSite({ services, consentMode, purposes: [{ id: 'analytics' }] });
    const page = await open(lab.world.tag('', site) + google);
    assert.deepEqual(await codes(page), expected);
    await page.context().close();
  }
});

test('a host that neither the notice nor the catalogue names is told', async () => {
  const page = await open(`${lab.world.tag()}<script src="${lab.world.vendor}/stranger.js"></script>`);
  assert.deepEqual(await codes(page), ['unknown-host']);
  await page.context().close();
});

test('what a stub of an earlier notice holds for ever is told', async () => {
  const old = await lab.world.stub(await addSite({ autoBlock: 'block' }));
  const head = old + lab.world.tag('', await addSite());
  const page = await open(head, `<script src="${lab.world.vendor}/late.js"></script>`);
  const [text] = only(await selfTest(page), 'old-stub');
  assert.match(text!, /late\.js.* held back by an inline stub that is older than the notice/);
  await page.context().close();
});
