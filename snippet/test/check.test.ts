import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { complaints, errors, until } from './harness/browser.ts';
import { codes, selfTest } from './harness/check.ts';
import { html, openLab } from './harness/lab.ts';
import { BANNER } from './harness/selectors.ts';

const lab = openLab();

const open = async (head: string, body = '', headers = {}): Promise<Page> => {
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(head, body), headers));
  await page.waitForSelector(BANNER);
  return page;
};

test('the self-test is fetched when it is asked for, and under a strict policy', async () => {
  const policy = `default-src 'none'; script-src 'nonce-n1' 'strict-dynamic'; style-src 'self'; connect-src ${lab.world.assent}; require-trusted-types-for 'script'; trusted-types assent`;
  const page = await lab.browser.newPage();
  const said = complaints(page);
  const tag = lab.world.tag('async nonce=n1');
  await page.goto(lab.world.page('/', html(tag), { 'content-security-policy': policy }));
  await page.waitForSelector(BANNER);
  const fetched = () => lab.world.log.filter((line) => line.endsWith('/check.js'));
  assert.deepEqual(fetched(), []);
  assert.deepEqual(await codes(page), []);
  assert.equal(fetched().length, 1);
  assert.deepEqual(said, []);
  await page.close();
});

// ASVS 3.6.1
// Threat B5.3
test('a part whose bytes were changed on the way does not run', async () => {
  const page = await lab.browser.newPage();
  const headers = { 'access-control-allow-origin': '*' };
  await page.route('**/check.js', (route) =>
    route.fulfill({ headers, contentType: 'text/javascript', body: 'var assent_check={},changed=1' }),
  );
  await page.goto(lab.world.page('/', html(lab.world.tag())));
  await page.waitForSelector(BANNER);
  const failed = await page.evaluate(() =>
    (self as any).assent.check().then(
      () => 'ran',
      (error: Error) => error.message,
    ),
  );
  assert.match(failed, /check\.js/);
  assert.equal(await page.evaluate(() => (self as any).changed), undefined);
  await page.close();
});

test('an address with ?assent-check runs the self-test once the page is there, and tells it in the console', async () => {
  const page = await lab.browser.newPage();
  const told = page.waitForEvent('console', (message) => message.text().startsWith('assent: nothing wrong'));
  await page.goto(`${lab.world.page('/', html(lab.world.tag()))}?assent-check`);
  await told;
  const late = `<script>addEventListener('load', () => { Cookiebot = {} })</script>`;
  const error = page.waitForEvent('console', (message) => /assent: Cookiebot/.test(message.text()));
  await page.goto(`${lab.world.page('/', html(lab.world.tag('') + late, '<p>x</p>'.repeat(9)))}?assent-check`);
  assert.equal((await error).type(), 'error');
  await page.close();
});

test('a page that never ends loading is looked at all the same', async () => {
  const page = await lab.browser.newPage();
  const told = page.waitForEvent('console', (message) => message.text().startsWith('assent: '));
  const hanging = `<img alt="" src="${lab.world.vendor}/hang.gif">`;
  await page.goto(`${lab.world.page('/', html(lab.world.tag(''), hanging))}?assent-check`, { waitUntil: 'commit' });
  await told;
  await page.close();
});

test('a data layer of odd things is read', async () => {
  const odd = `<script>dataLayer=[null,undefined,1,'x',{},[]];(function(){dataLayer.push(arguments)})('consent','default')</script>`;
  const page = await open(odd + lab.world.tag());
  assert.deepEqual(await codes(page), []);
  await page.close();
});

test('a Google tag that ran before the default is told with its lead', async () => {
  const early = `<script>dataLayer=[];function gtag(){dataLayer.push(arguments)}gtag('js',new Date(Date.now()-40));gtag('config','G-EARLY1')</script>`;
  const page = await open(early + lab.world.tag());
  const findings = await selfTest(page);
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['tag-before-default', 'tag-before-default'],
  );
  const [, lead] = findings[0]!.text.match(/ran (\d+) ms before/) || [];
  assert.ok(Number(lead) >= 40, findings[0]!.text);
  await page.close();
});

test('another consent tool on the page is named', async () => {
  // Cookiebot goes by two names, and the names of elements are nobody's.
  const page = await open(
    `<script>Cookiebot=CookieConsent={};UC_UI={}</script>${lab.world.tag()}`,
    '<form name="klaro"></form><img name="Osano" alt=""><img name="Osano" alt="">',
  );
  const named = async () => (await selfTest(page)).map(({ text }) => text.split(' is on this page too')[0]);
  assert.deepEqual(await named(), ['Cookiebot', 'Usercentrics']);
  await page.close();
});

test('the real tools are known', async () => {
  for (const [name, file] of [
    ['Klaro', 'klaro/dist/klaro-no-css.js'],
    ['vanilla-cookieconsent', 'vanilla-cookieconsent/dist/cookieconsent.umd.js'],
    ['tarteaucitron', 'tarteaucitronjs/tarteaucitron.js'],
  ] as const) {
    const page = await open(lab.world.tag());
    await page.addScriptTag({ path: createRequire(import.meta.url).resolve(file) });
    const findings = await selfTest(page);
    assert.match(findings[0]?.text || '', new RegExp(`^${name} is on this page too`));
    await page.close();
  }
});

test('a mistyped name is told once, with the names that there are', async () => {
  const mistyped =
    '<img alt="" data-assent="analytics marketting"><img alt="" data-assent="marketting"><img alt="" data-assent>';
  const page = await open(lab.world.tag(), `${mistyped}<img alt="" data-assent="essential youtube">`);
  const findings = await selfTest(page);
  assert.deepEqual(
    findings.map(({ code, text }) => [code, text.split(' names')[0]]),
    [
      ['unknown-name', 'data-assent="marketting"'],
      ['unknown-name', 'data-assent=""'],
    ],
  );
  assert.match(findings[0]!.text, /analytics, marketing, google-analytics, meta-pixel, youtube\.$/);
  await page.close();
});

test('the notice is told when it is hidden or removed, and not when it is only on its way', async () => {
  const site = await lab.world.addSite({ languages: ['en', 'de'] });
  const page = await lab.browser.newPage();
  // The texts in German, without which there is no notice, come after the self-test has begun.
  await page.route('**/de.json', async (route) => {
    await new Promise((later) => setTimeout(later, 700));
    await route.continue();
  });
  await page.goto(lab.world.page('/', html(lab.world.tag('', site), '', 'de')));
  assert.deepEqual(await codes(page), []);
  const dress = (style: string) =>
    page.evaluate(`document.querySelector('[data-assent-layer=banner]').style.cssText = '${style}'`);
  for (const style of ['display:none', 'visibility:hidden', 'opacity:0', 'transform:translateY(2000px)']) {
    await dress(`${style}!important`);
    const [finding, ...others] = await selfTest(page);
    assert.deepEqual(others, []);
    assert.match(finding!.text, /^Nobody can see the question.* ad blocker/, style);
  }
  await dress('');
  assert.deepEqual(await codes(page), []);
  await page.evaluate(`document.getElementById('assent-root').remove()`);
  assert.match((await selfTest(page))[0]!.text, /^Nobody can see the question.* taken it out/);
  await page.close();
});

test('a second script is told, and an origin that is not the site’s, without an error of the browser', async () => {
  const page = await lab.browser.newPage();
  const said = errors(page);
  await page.goto(lab.world.page('/', html(lab.world.tag('') + lab.world.tag(''))));
  await page.waitForSelector(BANNER);
  assert.deepEqual(await codes(page), ['twice']);
  await page.goto(page.url().replace('www.shop.test', 'other.shop.test'));
  await page.waitForSelector(BANNER);
  await until(() => said.some((line) => /exposures.*CORS/.test(line)), 'the server refuses what this page tells');
  const before = [...said];
  const [, finding] = await selfTest(page);
  assert.equal(finding!.code, 'not-recorded');
  const command = `assent site set ${lab.world.site} --origin http://other.shop.test:${lab.world.port}`;
  assert.ok(finding!.text.includes(command), finding!.text);
  assert.deepEqual(said, before);
  assert.deepEqual(lab.world.posts, [{}, {}], 'no decision was sent');
  await page.close();
});

test('a server that does not answer is told', async () => {
  const page = await open(lab.world.tag(''));
  lab.world.weather = 'down';
  const [finding] = await selfTest(page);
  assert.match(finding!.text, /^No choice made on this page is recorded\. http:\/\/assent\.test\S* does not answer/);
  await page.close();
});
