import type { ComponentType } from 'preact';
import { t } from '../language.ts';
import type { Permission } from '../session.ts';
import { AccountPage } from './account.tsx';
import { DecisionsPage } from './decisions.tsx';
import { ExperimentPage } from './experiment.tsx';
import { IntegrationsPage } from './integrations.tsx';
import { NoticePage } from './notice.tsx';
import { PeoplePage } from './people.tsx';
import { ProcessingPage } from './processing.tsx';
import { Rates } from './rates.tsx';
import { RequestsPage } from './requests.tsx';
import { RetentionPage } from './retention.tsx';
import { ReviewsPage } from './reviews.tsx';
import { SitePage } from './site.tsx';
import { TrailPage } from './trail.tsx';

export interface Page {
  /** What follows /dashboard/ in its address. */
  path: string;
  name: string;
  /** Who has no such permission is not led there. */
  needs?: Permission;
  /** Path of the page that leads there, where the bar does not. */
  within?: string;
  /** Arrived is whether whoever reads was just led here, and goes on from the heading. */
  Content: ComponentType<{ arrived: boolean }>;
}

/** One's own, which the name at the top leads to. */
export const account: Page = { path: 'account', name: t.own.title, Content: AccountPage };

/** The pages of those who are signed in; the first stands for every address that is none. */
export const pages: [Page, ...Page[]] = [
  { path: '', name: t.rates.name, Content: Rates },
  { path: 'notice', name: t.noticePage.title, Content: NoticePage },
  { path: 'experiment', name: t.experimentPage.title, Content: ExperimentPage },
  { path: 'site', name: t.sitePage.title, Content: SitePage },
  { path: 'processing', name: t.processingPage.title, within: 'site', Content: ProcessingPage },
  { path: 'integrations', name: t.integrationsPage.title, within: 'site', Content: IntegrationsPage },
  { path: 'reviews', name: t.reviewsPage.title, within: 'site', Content: ReviewsPage },
  { path: 'retention', name: t.retentionPage.title, needs: 'read decisions', within: 'site', Content: RetentionPage },
  { path: 'decisions', name: t.decisionsPage.title, needs: 'read decisions', Content: DecisionsPage },
  { path: 'requests', name: t.requestsPage.title, needs: 'read decisions', Content: RequestsPage },
  { path: 'people', name: t.people.title, needs: 'manage people', Content: PeoplePage },
  { path: 'activity', name: t.trail.title, needs: 'read the audit trail', Content: TrailPage },
  account,
];
