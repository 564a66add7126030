import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from './harness/browser.ts';
import { html, openLab } from './harness/lab.ts';
import { usual } from './harness/notice.ts';
import { MANAGE, OPEN, PREFERENCES, SAVE } from './harness/selectors.ts';

const lab = openLab();

// What EasyList's list of notices blocks for everybody who subscribes to it, of the patterns that an address of a tool
// like this one could meet.
const BLOCKED = `/cmp/cmp.js /cmp-init. /cmp-v2/ /cmp-banner.js /cmp.bundle.js /consent-manager. /consent-management/
/consent-banner- /consent_banner- /consent.min.js? /consent/message. /consent/manager/ /consentUI/ /cookieconsent.
/cookieconsent/ /cookie-consent /cookie-banner /cookie-manager /cookie-notice /cookies. /gdpr.js /gdpr- /privacy-manager.js
/privacy-banner. /privacychoices.js /privacy-consent- /tarteaucitron. /tcf2.js /iab-vendorlist. /data-consent.
/implied-consent. -consent-banner. .cookieconsent. -cookie-consent.js`.split(/\s+/);

// Its hiding rules are thousands of ids and classes around these words.
const HIDDEN = /cookie|consent|gdpr|privacy|banner|cmp|cnil/i;

const blocks = (address: string) => BLOCKED.filter((pattern) => address.toLowerCase().includes(pattern.toLowerCase()));

test('the patterns are read as a filter list reads them', () => {
  assert.deepEqual(blocks('https://shop.example/js/cookie-consent.min.js'), ['/cookie-consent']);
  assert.match('cookie-law-info-bar', HIDDEN);
});

test('no address, id, class or file name of ours is one that filter lists block or hide', async () => {
  // All that a page can be served: a further language, both parts, a placeholder, what auto-block has seen.
  const site = await lab.world.addSite({ ...usual, autoBlock: 'report' });
  const page = await lab.browser.newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const frame = `<iframe title="film" width="400" height="240" data-assent="youtube" data-src="${lab.world.vendor}/film.html"></iframe>`;
  const bare = '<img alt="" src="https://www.youtube.com/pixel.gif">';
  await page.goto(`${lab.world.page('/', html(lab.world.tag('async', site), frame + bare, 'de'))}?assent-check`);
  await page.waitForSelector('[data-assent-embed]');
  await page.click(MANAGE);
  await page.waitForSelector(`${PREFERENCES} dl`, { state: 'attached' });
  const names = () =>
    page.evaluate(() =>
      [
        ...document.querySelectorAll('#assent-root, #assent-root *, [data-assent-embed], [data-assent-embed] *'),
      ].flatMap((e) => [
        e.id,
        ...e.classList,
        // The layer's name is part of the contract with extensions that answer for visitors.
        ...e.getAttributeNames().filter((name) => name !== 'data-assent-layer'),
      ]),
    );
  const seen = await names();
  await page.click(SAVE);
  await page.waitForSelector(OPEN);
  seen.push(...(await names()));
  const stored = await page.evaluate(() => [...Object.keys(localStorage), ...document.cookie.split(/=[^;]*;?\s*/)]);
  assert.ok(seen.includes('assent-root') && stored.includes('assent'));
  for (const one of ['.js', 'de.json', 'visitor', 'check', 'decisions', 'exposures', 'sightings'])
    await until(() => asked.some((address) => address.includes(one)), `${one} is asked for`);
  for (const address of asked) {
    assert.deepEqual(blocks(address), [], address);
    assert.doesNotMatch(new URL(address).pathname, HIDDEN);
  }
  for (const name of [...seen, ...stored]) assert.doesNotMatch(name, HIDDEN);
  await page.close();
});

test('nor is any route that a page may ask', () => {
  const routes = readFileSync(join(import.meta.dirname, '../../schemas/openapi.yaml'), 'utf8').match(
    /^ {2}\/\S*(?=:$)/gm,
  )!;
  assert.ok(routes.length > 20);
  for (const route of routes) {
    assert.deepEqual(blocks(route), [], route);
    assert.doesNotMatch(route, HIDDEN);
  }
});
