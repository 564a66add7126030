import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { complaints } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { BANNER } from './harness/selectors.ts';

const lab = openLab();

const codes = (page: Page): Promise<string[]> =>
  page.evaluate(async () => (await (self as any).assent.check()).map(({ code }: { code: string }) => code));

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

test('an address with ?assent-check runs the self-test and tells it in the console', async () => {
  const page = await lab.browser.newPage();
  const told = page.waitForEvent('console', (message) => message.text().startsWith('assent: nothing wrong'));
  await page.goto(`${lab.world.page('/', html(lab.world.tag()))}?assent-check`);
  await told;
  await page.close();
});

test('a Google tag that ran before the default is told with its lead', async () => {
  const early = `<script>dataLayer=[];function gtag(){dataLayer.push(arguments)}gtag('js',new Date(Date.now()-40));gtag('config','G-EARLY1')</script>`;
  const page = await open(early + lab.world.tag());
  const findings: { code: string; text: string }[] = await page.evaluate(() => (self as any).assent.check());
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['tag-before-default', 'tag-before-default'],
  );
  const [, lead] = findings[0]!.text.match(/ran (\d+) ms before/) || [];
  assert.ok(Number(lead) >= 40, findings[0]!.text);
  await page.close();
});

test('another consent tool on the page is named', async () => {
  const page = await open(`<script>Cookiebot={};UC_UI={}</script>${lab.world.tag()}`);
  assert.deepEqual(await codes(page), ['two-tools', 'two-tools']);
  await page.close();
});

test('a mistyped name is told once, with the names that there are', async () => {
  const mistyped =
    '<img alt="" data-assent="analytics marketting"><img alt="" data-assent="marketting"><img alt="" data-assent>';
  const page = await open(lab.world.tag(), `${mistyped}<img alt="" data-assent="essential youtube">`);
  const findings: { code: string; text: string }[] = await page.evaluate(() => (self as any).assent.check());
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

test('tags that nobody gated are told with their service, annotated ones with what they wait for', async () => {
  const service = { id: 'pixel', purpose: 'marketing', name: 'Pixel', hosts: ['vendor.test'] };
  const site = await lab.world.addSite({ services: [service], languages: ['en'] });
  const { vendor } = lab.world;
  const bare = `<script src="${vendor}/bare.js"></script>`;
  const gated = `<script type="text/plain" data-assent="pixel" src="${vendor}/gated.js"></script>`;
  const page = await open(lab.world.tag('', site) + bare + gated);
  const told: { code: string; text: string }[] = await page.evaluate(() => (self as any).assent.check());
  assert.deepEqual(
    told.map(({ code }) => code),
    ['not-gated', 'annotated', 'early-request'],
  );
  assert.match(told[0]!.text, /Pixel.*data-assent="pixel"/);
  await page.evaluate('assent.accept()');
  assert.deepEqual(await codes(page), ['annotated']);
  await page.close();
});

test('a host that no service names is told', async () => {
  const page = await open(`${lab.world.tag()}<script src="${lab.world.vendor}/stranger.js"></script>`);
  const list = await codes(page);
  assert.deepEqual(list, ['unknown-host']);
  await page.close();
});

test('a notice that a filter list hides, a second script and a foreign origin are told', async () => {
  const page = await open(lab.world.tag('') + lab.world.tag(''));
  assert.deepEqual(await codes(page), ['twice']);
  await page.addStyleTag({ content: '[data-assent-layer=banner]{display:none!important}' });
  await page.evaluate(
    `document.querySelector('[data-assent-layer=banner]').style.setProperty('display','none','important')`,
  );
  assert.deepEqual(await codes(page), ['twice', 'hidden']);
  await page.goto(page.url().replace('www.shop.test', 'other.shop.test'));
  await page.waitForSelector(BANNER);
  assert.deepEqual(await codes(page), ['twice', 'not-recorded']);
  await page.close();
});
