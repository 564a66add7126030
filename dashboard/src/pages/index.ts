import type { ComponentType } from 'preact';
import { t } from '../language.ts';
import { NoticePage } from './notice.tsx';
import { Rates } from './rates.tsx';
import { SitePage } from './site.tsx';

export interface Page {
  /** What follows /dashboard/ in its address. */
  path: string;
  name: string;
  /** Arrived is whether whoever reads was just led here, and goes on from the heading. */
  Content: ComponentType<{ arrived: boolean }>;
}

/** The pages of those who are signed in; the first stands for every address that is none. */
export const pages: [Page, ...Page[]] = [
  { path: '', name: t.rates.title, Content: Rates },
  { path: 'notice', name: t.noticePage.title, Content: NoticePage },
  { path: 'site', name: t.sitePage.title, Content: SitePage },
];
