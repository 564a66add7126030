import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import type { Notice } from '../../schemas/types.gen.ts';
import { meanwhile, until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { ACCEPT, BANNER } from './harness/selectors.ts';

const lab = openLab();

type Adapter = NonNullable<NonNullable<Notice['services']>[number]['adapter']>;

const noticeOf = (adapter: Adapter, purpose = 'marketing'): Notice => ({
  purposes: [{ id: 'analytics' }, { id: 'marketing' }],
  services: [{ id: 'vendor', purpose, name: 'Vendor', adapter }],
  languages: ['en'],
});

interface Vendor {
  adapter: Adapter;
  /** What the vendor documents to put into a page, by its effect on the queue. */
  snippet: string;
  /** The calls so far, as JSON can hold them. */
  calls: string;
  hold: unknown;
  grant: unknown;
  revoke: unknown;
}

const queueOf = (name: string, first: string) =>
  `if(!window.${name}){${name}=function(){${name}.queue.push(Array.from(arguments))};${name}.queue=[]}${first}`;

const SPY = (name: string) => `${name}=(...call)=>{(self.calls||=[]).push(call)};`;

const all = (granted: boolean) => ({ analytics: granted, advertisement: granted, functionality: false });

const SHOPIFY = `Shopify={loadFeatures(list,then){calls.push(['load',list[0].name]);Shopify.customerPrivacy={setTrackingConsent(c,then){calls.push(c);then()}};then()}};`;

const ZARAZ = `zaraz={consent:{APIReady:true,purposes:{aBcD:{name:'Analytics'},eFgH:{name:{en:'marketing'}}},set:(c)=>calls.push(c),sendQueuedEvents:()=>calls.push('send')}};document.dispatchEvent(new Event('zarazConsentAPIReady'));`;

const shopify = (yes: boolean) => ({ analytics: yes, marketing: yes, preferences: false, sale_of_data: yes });

const vendors: Vendor[] = [
  {
    adapter: 'microsoft-uet',
    snippet: `uetq=window.uetq||[];uetq.push('event','page_view')`,
    calls: 'uetq',
    hold: ['consent', 'default', { ad_storage: 'denied' }, 'event', 'page_view'],
    grant: ['consent', 'update', { ad_storage: 'granted' }],
    revoke: ['consent', 'update', { ad_storage: 'denied' }],
  },
  {
    adapter: 'clarity',
    snippet: `window.clarity||(clarity=function(){(clarity.q=clarity.q||[]).push(arguments)});clarity('set','page','shop')`,
    calls: 'clarity.q.map((call) => Array.from(call))',
    hold: [
      ['consentv2', { ad_Storage: 'denied', analytics_Storage: 'denied' }],
      ['set', 'page', 'shop'],
    ],
    grant: [['consentv2', { ad_Storage: 'granted', analytics_Storage: 'granted' }]],
    revoke: [['consentv2', { ad_Storage: 'denied', analytics_Storage: 'denied' }]],
  },
  {
    adapter: 'meta',
    snippet: queueOf('fbq', `fbq('init','1');fbq('track','PageView')`),
    calls: 'fbq.queue',
    hold: [
      ['consent', 'revoke'],
      ['init', '1'],
      ['track', 'PageView'],
    ],
    grant: [['consent', 'grant']],
    revoke: [['consent', 'revoke']],
  },
  {
    adapter: 'tiktok',
    snippet: `ttq=window.ttq||[];ttq.push(['page'])`,
    calls: 'ttq',
    hold: [['holdConsent'], ['page']],
    grant: [['grantConsent']],
    revoke: [['revokeConsent']],
  },
  {
    adapter: 'pinterest',
    snippet: queueOf('pintrk', `pintrk('load','1');pintrk('page')`),
    calls: 'pintrk.queue',
    hold: [['setconsent', false], ['load', '1'], ['page']],
    grant: [['setconsent', true]],
    revoke: [['setconsent', false]],
  },
  {
    adapter: 'matomo',
    snippet: `_paq=window._paq||[];_paq.push(['trackPageView'])`,
    calls: '_paq',
    hold: [['requireConsent'], ['trackPageView']],
    grant: [['setConsentGiven']],
    revoke: [['forgetConsentGiven']],
  },
  {
    adapter: 'hubspot',
    snippet: `_hsp=window._hsp||[];_hsp.push(['showBanner',disableHubSpotCookieBanner])`,
    calls: '_hsp',
    hold: [['showBanner', true]],
    grant: [['setHubSpotConsent', all(true)]],
    revoke: [['revokeCookieConsent']],
  },
  {
    adapter: 'intercom',
    snippet: `intercomSettings={app_id:'a'};${SPY('Intercom')}`,
    calls: '[intercomSettings.disabled, ...(self.calls || [])]',
    hold: [true],
    grant: [['boot', { app_id: 'a', disabled: false }]],
    revoke: [['shutdown']],
  },
  {
    adapter: 'zendesk',
    snippet: SPY('zE'),
    calls: 'calls',
    hold: [['messenger:set', 'cookies', 'none']],
    grant: [['messenger:set', 'cookies', 'all']],
    revoke: [['messenger:set', 'cookies', 'none']],
  },
  {
    adapter: 'fullstory',
    snippet: `calls=[_fs_capture_on_startup];if(!('FS' in window)){${SPY('FS')}}`,
    calls: 'calls',
    hold: [false],
    grant: [['start']],
    revoke: [['shutdown']],
  },
  {
    adapter: 'shopify',
    snippet: `calls=[];${SHOPIFY}`,
    calls: 'calls',
    hold: [],
    grant: [['load', 'consent-tracking-api'], shopify(true)],
    revoke: [['load', 'consent-tracking-api'], shopify(false)],
  },
  {
    adapter: 'zaraz',
    snippet: `calls=[];${ZARAZ}`,
    calls: 'calls',
    hold: [],
    grant: [{ aBcD: true, eFgH: true }, 'send'],
    revoke: [{ aBcD: false, eFgH: false }],
  },
  {
    adapter: 'adsense',
    snippet: `adsbygoogle=window.adsbygoogle||[]`,
    calls: '[adsbygoogle.pauseAdRequests]',
    hold: [1],
    grant: 0,
    revoke: 1,
  },
];

const read = (page: Page, vendor: Vendor): Promise<unknown[]> => page.evaluate(`Array.from(${vendor.calls})`);

/** What was added since, or for a switch what it is at now. */
const news = async (page: Page, vendor: Vendor, since: unknown[]): Promise<unknown> => {
  const now = await read(page, vendor);
  return vendor.adapter === 'adsense' ? now[0] : now.slice(since.length);
};

const api = (page: Page, call: string): Promise<unknown> => page.evaluate(`void assent.${call}`);

for (const vendor of vendors) {
  test(`${vendor.adapter} is held before it runs and told once of each change`, async () => {
    const site = await lab.world.addSite(noticeOf(vendor.adapter));
    const page = await lab.browser.newPage();
    const tag = lab.world.tag('', site);
    // A tag that nobody gated, as under a regime that asks for nothing.
    await page.goto(lab.world.page('/', html(`${tag}<script>${vendor.snippet}</script>`)));
    await page.waitForSelector(BANNER);
    const held = await read(page, vendor);
    assert.deepEqual(held, vendor.hold);
    await page.click(ACCEPT);
    assert.deepEqual(await news(page, vendor, held), vendor.grant);
    await api(page, 'accept()');
    assert.deepEqual(await news(page, vendor, held), vendor.grant, 'nothing is said twice');
    const granted = await read(page, vendor);
    await api(page, 'withdraw()');
    await api(page, 'reject()');
    assert.deepEqual(await news(page, vendor, granted), vendor.revoke);
    await page.close();
  });
}

test('a vendor whose gated code comes after the grant, and on a later page, is held and told then', async () => {
  const vendor = vendors.find(({ adapter }) => adapter === 'meta')!;
  const site = await lab.world.addSite(noticeOf('meta'));
  const gated = `<script type="text/plain" data-assent="vendor">${vendor.snippet}</script>`;
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag('async', site) + gated)));
  await page.waitForSelector(BANNER);
  assert.equal(await page.evaluate('self.fbq'), undefined);
  await page.click(ACCEPT);
  const whole = [...(vendor.hold as unknown[]), ...(vendor.grant as unknown[])];
  assert.deepEqual(await read(page, vendor), whole);
  await page.reload();
  await until(() => page.evaluate('!!self.fbq'), 'the gated snippet ran');
  assert.deepEqual(await read(page, vendor), whole);
  await page.close();
});

test("a vendor's fault stops neither the next vendor nor the script", async () => {
  const notice = noticeOf('posthog');
  notice.services!.push({ id: 'second', purpose: 'marketing', name: 'Second', adapter: 'matomo' });
  const site = await lab.world.addSite(notice);
  const page = await lab.browser.newPage();
  await page.goto(lab.world.page('/', html(lab.world.tag('', site), '<form id="posthog"></form>')));
  await page.click(ACCEPT);
  assert.deepEqual(await page.evaluate('_paq'), [['requireConsent'], ['setConsentGiven']]);
  await page.close();
});

const bundle = async (path: string, contents: string): Promise<void> => {
  const resolveDir = import.meta.dirname;
  const { outputFiles } = await build({ stdin: { contents, resolveDir }, bundle: true, write: false, minify: true });
  lab.world.page(path, outputFiles[0]!.text, { 'content-type': 'text/javascript' });
};

const posthog = () => {
  const options = `{api_host:'${lab.world.vendor}/ph',persistence:'localStorage',advanced_disable_flags:true,disable_external_dependency_loading:true,request_batching:false,autocapture:false,opt_out_useragent_filter:true}`;
  return `import posthog from 'posthog-js';self.posthog=posthog;posthog.init('phc_test',${options});self.track=(name)=>posthog.capture(name)`;
};

const mixpanel = () =>
  `import mixpanel from 'mixpanel-browser';self.mixpanel=mixpanel;mixpanel.init('token',{api_host:'${lab.world.vendor}/mp',batch_requests:false});self.track=(name)=>mixpanel.track(name)`;

for (const [name, source, path, status] of [
  ['posthog', posthog, '/ph/', 'posthog.has_opted_in_capturing()'],
  ['mixpanel', mixpanel, '/mp/track', 'mixpanel.has_opted_in_tracking()'],
] as const) {
  test(`${name}: its real code sends nothing before the grant and after the withdrawal`, async () => {
    await bundle(`/${name}.js`, source());
    const site = await lab.world.addSite(noticeOf(name, 'analytics'));
    const context = await lab.browser.newContext();
    const page = await context.newPage();
    // Counted where they leave: at the other end one may come late.
    let sent = 0;
    page.on('request', (request) => {
      const address = request.url().replace(lab.world.vendor, '');
      if (address.startsWith(path) && !address.includes('/config')) sent++;
    });
    const ungated = `${lab.world.tag('', site)}<script src="/${name}.js"></script>`;
    await page.goto(lab.world.page('/', html(ungated)));
    await page.evaluate(`track('early')`);
    await meanwhile(300);
    assert.equal(sent, 0);
    await page.click(ACCEPT);
    assert.equal(await page.evaluate(status), true);
    await page.evaluate(`track('granted')`);
    await until(() => sent > 0, 'an event was sent after the grant');
    await api(page, 'withdraw()');
    assert.equal(await page.evaluate(status), false);
    await meanwhile(300);
    const before = sent;
    await page.evaluate(`track('late')`);
    await meanwhile(300);
    assert.equal(sent, before);
    await context.close();
  });
}

test('clarity: its real code stores nothing before the grant and after the withdrawal', async () => {
  const code = createRequire(import.meta.url).resolve('clarity-js/build/clarity.min.js');
  lab.world.page('/clarity.js', readFileSync(code, 'utf8'), { 'content-type': 'text/javascript' });
  const site = await lab.world.addSite(noticeOf('clarity', 'analytics'));
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  // Clarity's snippet puts the start first, before what was queued until then.
  const start = `clarity('start',{projectId:'test',upload(){},track:true,content:true});clarity.q.unshift(clarity.q.pop())`;
  const ungated = `${lab.world.tag('', site)}<script>${start}</script><script src="/clarity.js"></script>`;
  await page.goto(lab.world.page('/', html(ungated)));
  await page.waitForSelector(BANNER);
  const kept = async () => (await context.cookies()).map(({ name }) => name).filter((name) => name.startsWith('_cl'));
  await meanwhile(300);
  assert.deepEqual(await kept(), []);
  await page.click(ACCEPT);
  await until(async () => (await kept()).includes('_clck'), 'clarity keeps its cookie');
  await api(page, 'withdraw()');
  await until(async () => (await kept()).length === 0, 'clarity removed its cookies');
  await context.close();
});
