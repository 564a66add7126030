import { useEffect, useState } from 'preact/hooks';
import type { Notice, Site } from '../../../schemas/types.gen.ts';
import { draft, findings, forgetDraft, load, review, saving } from '../draft.ts';
import { failure } from '../failure.ts';
import { t } from '../language.ts';
import { loadMaterials } from '../materials.ts';
import { Heading } from '../parts/heading.tsx';
import { NoSites } from '../parts/no-sites.tsx';
import { ImportTab } from '../parts/notice/import.tsx';
import { JsonTab } from '../parts/notice/json.tsx';
import { LookTab } from '../parts/notice/look.tsx';
import { Preview } from '../parts/notice/preview.tsx';
import { Purposes } from '../parts/notice/purposes.tsx';
import { ReleaseTab } from '../parts/notice/release.tsx';
import { RulesTab } from '../parts/notice/rules.tsx';
import { Services } from '../parts/notice/services.tsx';
import { SightedHosts } from '../parts/notice/sighted.tsx';
import { TextsTab } from '../parts/notice/texts.tsx';
import { useVersion } from '../parts/notice/version.ts';
import { VersionsTab } from '../parts/notice/versions.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { Suspensions } from '../parts/suspensions.tsx';
import { may } from '../session.ts';
import { forgetSetUp } from '../set-up.ts';
import { loadSites, siteOf, sites } from '../sites.ts';
import { view } from '../view.ts';

const tabs = ['services', 'texts', 'look', 'rules', 'publish', 'versions', 'json', 'import'] as const;
type Tab = (typeof tabs)[number];

/** The editor of a site's notice, beside what visitors will see. */
export const NoticePage = ({ arrived }: { arrived: boolean }) => {
  const known = sites.value;
  const site = known && siteOf(known, view.value.site);
  const start = () => void loadSites();
  useEffect(start, []);
  useEffect(() => {
    if (!site) return;
    void load(site.id);
    void loadMaterials();
    return () => {
      forgetDraft();
      forgetSetUp();
    };
  }, [site?.id]);
  const notice = draft.value;
  return (
    <main class="wide">
      <Heading title={t.noticePage.title} site={site} arrived={arrived}>
        {notice && <Saved site={site} />}
      </Heading>
      {site && notice && <Editor key={site.id} site={site} notice={notice} />}
      {!notice && failure.value && <Problem failure={failure.value} retry={site ? () => void load(site.id) : start} />}
      {!notice && !failure.value && (known?.length === 0 ? <NoSites /> : <Skeleton label={t.loading} />)}
    </main>
  );
};

const Saved = ({ site }: { site: Site | undefined }) => (
  <p role="status" class={saving.value === 'stale' || saving.value === 'failed' ? 'fault' : 'muted'}>
    {t.noticePage.saving[saving.value]}{' '}
    {saving.value === 'stale' && site && (
      <button type="button" class="quiet" onClick={() => void load(site.id)}>
        {t.noticePage.reload}
      </button>
    )}
  </p>
);

const Editor = ({ site, notice }: { site: Site; notice: Notice }) => {
  const [tab, setTab] = useState<Tab>('services');
  const [version, setVersion] = useState<string>();
  const [side, setSide] = useState<'edit' | 'preview'>('edit');
  const shown = useVersion(site.id, version) ?? notice;
  const errors = findings.value.filter(({ severity }) => severity === 'error').length;
  const editable = may('edit notices', site.id);
  return (
    <div class={`editor ${side}`}>
      <div class="sides">
        {(['edit', 'preview'] as const).map((one) => (
          <button key={one} type="button" class="quiet" aria-pressed={side === one} onClick={() => setSide(one)}>
            {t.noticePage.sides[one]}
          </button>
        ))}
      </div>
      <section class="card pane" aria-label={t.noticePage.sides.edit}>
        <nav class="tabs" aria-label={t.noticePage.parts}>
          {tabs.map((one) => (
            <button key={one} type="button" aria-pressed={tab === one} onClick={() => setTab(one)}>
              {t.noticePage.tabs[one]}
              {one === 'publish' && errors > 0 && <span class="count">{errors}</span>}
            </button>
          ))}
        </nav>
        {!editable && <p class="caution">{t.noticePage.readOnly}</p>}
        <fieldset class="plain" disabled={!editable && tab !== 'versions'}>
          {tab === 'services' && <Suspensions site={site.id} />}
          {tab === 'services' && <Purposes notice={notice} />}
          {tab === 'services' && <Services notice={notice} />}
          {tab === 'services' && <SightedHosts site={site.id} notice={notice} />}
          {tab === 'texts' && <TextsTab notice={notice} />}
          {tab === 'look' && <LookTab notice={notice} />}
          {tab === 'rules' && <RulesTab notice={notice} />}
          {tab === 'publish' && <ReleaseTab site={site.id} editable={editable} />}
          {tab === 'versions' && <VersionsTab site={site} shown={version} show={setVersion} />}
          {tab === 'json' && <JsonTab notice={notice} />}
          {tab === 'import' && <ImportTab site={site.id} />}
        </fieldset>
      </section>
      <Preview site={site.id} notice={shown} version={version} revision={review.value?.draft.revision ?? 0} />
    </div>
  );
};
