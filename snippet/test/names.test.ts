import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html, openLab } from './harness/lab.ts';
import { BANNER, MANAGE, OPEN, PREFERENCES, SAVE } from './harness/selectors.ts';

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
  const page = await lab.browser.newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(lab.world.page('/', html(lab.world.tag(), '', 'de')));
  await page.waitForSelector(BANNER);
  await page.click(MANAGE);
  await page.waitForSelector(PREFERENCES);
  const names = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('#assent-root, #assent-root *')].flatMap((e) => [
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
  assert.ok(asked.length >= 4, 'page, script, language and decision');
  for (const address of asked) {
    assert.deepEqual(blocks(address), [], address);
    assert.doesNotMatch(new URL(address).pathname, HIDDEN);
  }
  for (const name of [...seen, ...stored]) assert.doesNotMatch(name, HIDDEN);
  await page.close();
});
