import type { Notice } from '../../../schemas/types.gen.ts';

/** The site that most tests use: Google's analytics, a pixel, a video, two languages. */
export const usual: Notice = {
  purposes: [{ id: 'analytics' }, { id: 'marketing' }],
  services: [
    {
      id: 'google-analytics',
      purpose: 'analytics',
      name: 'Google Analytics',
      provider: 'Google Ireland Ltd',
      cookies: ['_ga', '_ga_*', '_gid'],
      storage: ['_ga*'],
      country: 'US',
      safeguard: 'adequacy',
      retention: 'P13M',
      policy: 'https://policies.google.com/privacy',
      adapter: 'google',
    },
    {
      id: 'meta-pixel',
      purpose: 'marketing',
      name: 'Meta Pixel',
      provider: 'Meta Platforms Ireland Ltd',
      cookies: ['_fbp'],
      retention: 'P90D',
    },
    { id: 'youtube', purpose: 'marketing', name: 'YouTube', provider: 'Google Ireland Ltd' },
  ],
  languages: ['en', 'de'],
  privacyPolicy: '/privacy',
};

/** A site whose one service, of the harness's third party, is held back by its host. */
export const blocking: Notice = {
  purposes: [{ id: 'analytics' }, { id: 'marketing' }],
  services: [{ id: 'known', purpose: 'marketing', name: 'Known', hosts: ['vendor.test'] }],
  languages: ['en'],
  privacyPolicy: '/privacy',
  autoBlock: 'block',
};
