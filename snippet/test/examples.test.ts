import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { until } from './harness/browser.ts';
import { bundle } from './harness/bundle.ts';
import { sectionsOf } from './harness/gtm.ts';
import { html, openLab } from './harness/lab.ts';
import { ACCEPT, BANNER, OPEN, PREFERENCES } from './harness/selectors.ts';

const lab = openLab();

const apps = {
  react: `import { createRoot } from 'react-dom/client';
import { Page } from './deploy/examples/react/page';
createRoot(document.getElementById('app')).render(<Page />);`,
  vue: `import { createApp } from 'vue';
import Page from './deploy/examples/vue/Page.vue';
createApp(Page).mount('#app');`,
};

const script = (path: string, text: string): string =>
  `<script src="${lab.world.page(path, text, { 'content-type': 'text/javascript' })}"></script>`;

/** A page that keeps what it throws and what it asks other hosts for. */
const newPage = async (): Promise<{ page: Page; errors: string[]; foreign: string[] }> => {
  const page = await lab.browser.newPage();
  const errors: string[] = [];
  const foreign: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => /youtube/.test(request.url()) && foreign.push(request.url()));
  return { page, errors, foreign };
};

const says = (page: Page, text: string) =>
  until(async () => (await page.textContent('#app p')) === text, `the page says: ${text}`);

for (const [framework, entry] of Object.entries(apps)) {
  test(`${framework}: a component follows the choice, whichever of page and script is first`, async () => {
    const app = script(`/${framework}.js`, await bundle(entry));
    for (const early of [true, false]) {
      const { page, errors, foreign } = await newPage();
      // Gives the application its turn before the script has come, or after it.
      const hold = early ? '#app p' : BANNER;
      const held = early ? '**/s/*.js' : `**/${framework}.js`;
      let release = () => {};
      const released = new Promise<void>((go) => (release = go));
      await page.route(held, async (route) => {
        await released;
        await route.continue();
      });
      await page.goto(lab.world.page('/', html(lab.world.tag(), `<div id="app"></div>${app}`)), {
        waitUntil: 'commit',
      });
      await page.waitForSelector(hold);
      release();
      await says(page, 'Visits are not counted.');
      await page.waitForSelector(BANNER);
      await page.click('#app button');
      await page.waitForSelector(PREFERENCES);
      assert.deepEqual(foreign, []);
      await page.click(`${PREFERENCES} [data-assent-action=accept-all]`);
      await says(page, 'Visits are counted.');
      await page.waitForSelector('#app iframe');
      await page.evaluate('assent.withdraw()');
      await says(page, 'Visits are not counted.');
      await page.waitForSelector('#app iframe', { state: 'detached' });
      assert.deepEqual(errors, []);
      await page.context().close();
    }
  });
}

// A server renders the whole document, as Next does, with elements of the kinds that we put into a body.
const whole = `const Whole = () => (
  <html lang="en">
    <head><title>Shop</title></head>
    <body>
      <div hidden />
      <main id="app"><p>Visits are {useAssent('analytics') ? '' : 'not '}counted.</p></main>
      <script type="text/plain" data-assent="analytics" src="VENDOR/external.js" />
    </body>
  </html>
);`;
const hook = `import { useAssent } from './deploy/examples/react/use-assent';`;

test('react: a server-rendered document is taken over with the notice in it, also for a returning visitor', async () => {
  const own = whole.replace('VENDOR', lab.world.vendor);
  const server = `${hook} import { renderToString } from 'react-dom/server'; ${own} module.exports = renderToString(<Whole />);`;
  const client = `${hook} import { hydrateRoot } from 'react-dom/client'; ${own} hydrateRoot(document, <Whole />);`;
  const rendered = { exports: '' };
  const run = new Function('module', 'require', await bundle(server, 'node'));
  run(rendered, createRequire(import.meta.url));
  const takeOver = await bundle(client);
  const address = lab.world.page('/', rendered.exports.replace('</head>', `${lab.world.tag()}</head>`));
  const { page, errors } = await newPage();
  await page.goto(address);
  await page.waitForSelector(BANNER);
  await page.evaluate(takeOver);
  await page.click(ACCEPT);
  await says(page, 'Visits are counted.');
  await until(() => lab.world.hits.length === 1, 'the tag runs');
  await page.goto(address);
  await page.waitForSelector(OPEN);
  await page.evaluate(takeOver);
  await says(page, 'Visits are counted.');
  await until(() => lab.world.hits.length === 2, 'the tag runs once on the next page');
  assert.equal(await page.locator('#assent-root').count(), 1);
  assert.deepEqual(errors, []);
  await page.close();
});

// Google Tag Manager's sandbox as a page sees it: consent goes past the data layer, the rest does not.
const SANDBOX = `const api = {
  createQueue: (name) => (entry) => (self[name] ||= []).push(entry),
  getCookieValues: () => [],
  injectScript: (src) => document.head.append(Object.assign(document.createElement('script'), { src })),
  setDefaultConsentState: () => {},
  updateConsentState: () => {},
};
const require = (name) => api[name];`;

// What the container has said by then.
const STARTED = `self.dataLayer = [{ event: 'gtm.js', 'gtm.start': Date.now() }];`;

test('google tag manager: the script that the template loads sets no second default and updates once per choice', async () => {
  const file = readFileSync(new URL('../../deploy/examples/gtm/template.tpl', import.meta.url), 'utf8');
  const code = sectionsOf(file).SANDBOXED_JS_FOR_WEB_TEMPLATE!;
  const data = JSON.stringify({ server: lab.world.assent, site: lab.world.site });
  const { page, errors } = await newPage();
  await page.goto(lab.world.page('/', html(`<script>${STARTED}{ ${SANDBOX} const data = ${data}; ${code} }</script>`)));
  await page.click(ACCEPT);
  await page.waitForSelector(OPEN);
  const calls = await page.evaluate(`dataLayer.filter((one) => one[0] === 'consent').map((one) => one[1])`);
  assert.deepEqual(calls, ['default', 'update']);
  assert.deepEqual(await page.evaluate('assent.check()'), [], 'the self-test finds nothing wrong');
  assert.deepEqual(errors, []);
  await page.close();
});
