import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** One way to ask for consent, installed as its makers describe it, with a choice between the same two purposes. */
export interface Contender {
  readonly name: string;
  /** Its place in the page: `{tool}` stands for the folder of its files, `{tag}` for the gated tag's code. */
  readonly head: string;
  /** The gated tag's markup, where the head does not declare it. */
  readonly body: string;
  /** Selectors of what is seen first and of its "yes". */
  readonly banner: string;
  readonly accept: string;
  /** Milliseconds for which its buttons are drawn before they do anything. */
  readonly inert?: number;
  readonly files: Readonly<Record<string, Buffer>>;
}

const modules = join(import.meta.dirname, '../../node_modules');

const installed = async (...paths: string[]): Promise<Record<string, Buffer>> =>
  Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path.split('/').pop(), await readFile(join(modules, path))] as const)),
  );

/** The page without anything that asks, and without a tag. */
const empty: Contender = { name: 'empty page', head: '', body: '', banner: '', accept: '', files: {} };

const floor = async (): Promise<Contender> => ({
  name: 'floor',
  head: '<script async src="{tool}/floor.js"></script>',
  body: '<script type="text/plain" data-assent="analytics">{tag}</script>',
  banner: '#floor',
  accept: '#floor button',
  files: { 'floor.js': await readFile(join(import.meta.dirname, 'floor.js')) },
});

const TITLE = 'Your choice';
const TEXT = 'We and our partners would like to measure how this site is used and to show you matching offers.';

const klaro = async (): Promise<Contender> => ({
  name: 'klaro',
  head: `<script>klaroConfig = ${JSON.stringify({
    version: 1,
    lang: 'en',
    hideDeclineAll: false,
    acceptAll: true,
    privacyPolicy: '/privacy',
    translations: {
      en: { consentNotice: { description: TEXT }, purposes: { analytics: 'Analytics', marketing: 'Marketing' } },
    },
    services: [
      { name: 'google-analytics', title: 'Google Analytics', purposes: ['analytics'], cookies: ['_ga'] },
      { name: 'meta-pixel', title: 'Meta Pixel', purposes: ['marketing'] },
      { name: 'youtube', title: 'YouTube', purposes: ['marketing'] },
    ],
  })}</script><script defer data-config="klaroConfig" src="{tool}/klaro.js"></script>`,
  body: '<script type="text/plain" data-type="application/javascript" data-name="google-analytics">{tag}</script>',
  banner: '.klaro .cookie-notice',
  accept: '.klaro .cm-btn-success',
  files: await installed('klaro/dist/klaro.js'),
});

const vanilla = async (): Promise<Contender> => ({
  name: 'vanilla-cookieconsent',
  head: `<link rel="stylesheet" href="{tool}/cookieconsent.css"><script type="module">
import '{tool}/cookieconsent.umd.js';
CookieConsent.run(${JSON.stringify({
    hideFromBots: false,
    categories: { necessary: { enabled: true, readOnly: true }, analytics: {}, marketing: {} },
    language: {
      default: 'en',
      translations: {
        en: {
          consentModal: {
            title: TITLE,
            description: TEXT,
            acceptAllBtn: 'Accept all',
            acceptNecessaryBtn: 'Reject all',
            showPreferencesBtn: 'Manage',
          },
          preferencesModal: {
            title: 'Settings',
            acceptAllBtn: 'Accept all',
            acceptNecessaryBtn: 'Reject all',
            savePreferencesBtn: 'Save',
            closeIconLabel: 'Close',
            sections: [
              { title: 'Necessary', linkedCategory: 'necessary' },
              { title: 'Analytics', linkedCategory: 'analytics' },
              { title: 'Marketing', linkedCategory: 'marketing' },
            ],
          },
        },
      },
    },
  })});</script>`,
  body: '<script type="text/plain" data-category="analytics">{tag}</script>',
  banner: '#cc-main .cm',
  accept: '#cc-main .cm [data-role=all]',
  files: await installed(
    'vanilla-cookieconsent/dist/cookieconsent.css',
    'vanilla-cookieconsent/dist/cookieconsent.umd.js',
  ),
});

const tarteaucitron = async (): Promise<Contender> => ({
  name: 'tarteaucitron',
  head: `<script src="{tool}/tarteaucitron.min.js"></script><script>
tarteaucitron.init({ privacyUrl: '/privacy', orientation: 'bottom', highPrivacy: true, DenyAllCta: true, AcceptAllCta: true });
tarteaucitronForceLanguage = 'en';
tarteaucitron.services.measure = { key: 'measure', type: 'analytic', name: 'Google Analytics', needConsent: true,
  cookies: ['_ga'], js() { {tag} } };
(tarteaucitron.job = tarteaucitron.job || []).push('measure');
</script>`,
  body: '',
  banner: '#tarteaucitronAlertBig',
  accept: '#tarteaucitronAlertBig .tarteaucitronAllow',
  // Its clicks are attached by a timer of this length: an earlier one is lost.
  inert: 500,
  files: await installed(
    'tarteaucitronjs/tarteaucitron.min.js',
    'tarteaucitronjs/tarteaucitron.services.min.js',
    'tarteaucitronjs/css/tarteaucitron.min.css',
    'tarteaucitronjs/lang/tarteaucitron.en.min.js',
  ),
});

const c15tApp = `
import { createElement as h } from 'react';
import { createRoot } from 'react-dom/client';
import { ConsentBanner, ConsentDialog, ConsentManagerProvider } from '@c15t/react';
import '@c15t/react/styles.css';
const options = { mode: 'offline', consentCategories: ['necessary', 'measurement', 'marketing'], scripts: tags };
const home = document.body.appendChild(document.createElement('div'));
createRoot(home).render(h(ConsentManagerProvider, { options }, h(ConsentBanner), h(ConsentDialog)));`;

const c15t = async (): Promise<Contender> => {
  const { outputFiles } = await build({
    stdin: { contents: c15tApp, resolveDir: join(modules, '..') },
    outdir: '/c15t',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2020',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const file = (kind: string) => Buffer.from(outputFiles.find(({ path }) => path.endsWith(kind))!.contents);
  return {
    name: 'c15t (React)',
    head: `<link rel="stylesheet" href="{tool}/c15t.css"><script>
tags = [{ id: 'measure', category: 'measurement', textContent: '{tag}' }];
</script><script type="module" src="{tool}/c15t.js"></script>`,
    body: '',
    banner: '[data-testid=consent-banner-card]',
    accept: '[data-testid=consent-banner-accept-button]',
    files: { 'c15t.js': file('.js'), 'c15t.css': file('.css') },
  };
};

/** What ours is compared with, the empty page and the floor first. */
export const others = async (): Promise<Contender[]> => [
  empty,
  ...(await Promise.all([floor(), klaro(), vanilla(), tarteaucitron(), c15t()])),
];
