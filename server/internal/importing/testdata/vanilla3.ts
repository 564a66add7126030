import type { CookieConsentConfig } from 'vanilla-cookieconsent';
import * as CookieConsent from 'vanilla-cookieconsent';

const categories = {
  necessary: { enabled: true, readOnly: true },
  analytics: {
    enabled: true,
    autoClear: { cookies: [{ name: /^_ga/ }, { name: '_gid' }, { name: 'shop_stats' }], reloadPage: true },
    services: {
      ga: { label: 'Google Analytics', onAccept: () => {}, cookies: [{ name: /^(_ga|_gid)/ }] },
      another: { label: 'Another one', onAccept() { start(); } },
    },
  },
  ads: {},
} as const;

const config: CookieConsentConfig = {
  root: 'body',
  mode: 'opt-in',
  cookie: { name: 'cc_cookie', expiresAfterDays: () => 182 },
  guiOptions: {
    consentModal: { layout: 'cloud inline', position: 'bottom center', equalWeightButtons: false, flipButtons: false },
    preferencesModal: { layout: 'box' },
  },
  onFirstConsent: ({ cookie }) => { console.log(cookie); },
  categories,
  language: {
    default: 'en',
    translations: {
      en: {
        consentModal: {
          title: 'We use cookies',
          description: 'Cookie modal description',
          acceptAllBtn: 'Accept all',
          acceptNecessaryBtn: 'Reject all',
          showPreferencesBtn: 'Manage individual preferences',
          footer: '<a href="https://shop.example/privacy">Privacy Policy</a>',
        },
        preferencesModal: {
          title: 'Manage cookie preferences',
          savePreferencesBtn: 'Accept current selection',
          closeIconLabel: 'Close modal',
          sections: [
            { title: 'Somebody said ... cookies?', description: 'I want one!' },
            { title: 'Strictly Necessary cookies <span class="pm__badge">Always Enabled</span>', description: 'These are essential.', linkedCategory: 'necessary' },
            {
              title: 'Performance and Analytics',
              description: 'These cookies collect information.',
              linkedCategory: 'analytics',
              cookieTable: { headers: { name: 'Cookie', domain: 'Domain' }, body: [{ name: '_ga', domain: 'Google' }, { name: 'MUID', domain: 'bing.com' }] },
            },
            { title: 'Advertising', description: 'Ads & more', linkedCategory: 'ads' },
          ],
        },
      },
      de: './de.json',
      fr: async () => (await fetch('/fr.json')).json(),
    },
  },
};

CookieConsent.run(config);
