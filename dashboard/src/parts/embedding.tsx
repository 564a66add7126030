import type { ComponentChildren } from 'preact';
import type { Embedding as Tags } from '../../../schemas/types.gen.ts';
import { t } from '../language.ts';
import { Code } from './code.tsx';

/** What to paste into the site's pages, the usual first. */
export const Embedding = ({ tags }: { tags: Tags }) => (
  <section class="card">
    <h2>{t.sitePage.embed}</h2>
    <p>{t.sitePage.moving}</p>
    <Code label={t.sitePage.moving} text={tags.moving} />
    <More title={t.sitePage.pinned}>
      <p>
        {t.sitePage.pinnedLead} {tags.followsRegion && t.sitePage.strictest}
      </p>
      <Code label={t.sitePage.pinned} text={tags.pinned} />
    </More>
    <More title={t.sitePage.stub}>
      <p>{t.sitePage.stubLead}</p>
      <Code label={t.sitePage.stub} text={tags.stub} />
    </More>
    <More title={t.sitePage.policy}>
      <p>{t.sitePage.policyLead}</p>
      <Code label={t.sitePage.policy} text={tags.policy.join('\n')} />
      <p>{t.sitePage.stubPolicy}</p>
      <Code label={t.sitePage.stubPolicy} text={tags.stubPolicy} />
    </More>
  </section>
);

const More = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <details>
    <summary>{title}</summary>
    {children}
  </details>
);
