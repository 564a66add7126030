import { useEffect, useState } from 'preact/hooks';
import type { Site, Embedding as Tags } from '../../../schemas/types.gen.ts';
import { call } from '../api.ts';
import { dueOn } from '../due.ts';
import { accept, failure } from '../failure.ts';
import { t } from '../language.ts';
import { Count } from '../parts/count.tsx';
import { Embedding } from '../parts/embedding.tsx';
import { Heading } from '../parts/heading.tsx';
import { Linking } from '../parts/linking.tsx';
import { Liveness } from '../parts/liveness.tsx';
import { NoSites } from '../parts/no-sites.tsx';
import { Problem } from '../parts/problem.tsx';
import { SiteForm } from '../parts/site-form.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { follow, go, hrefOf, newSite, route, routeTo } from '../route.ts';
import { may } from '../session.ts';
import { loadSites, siteOf, sites } from '../sites.ts';
import { view } from '../view.ts';

/** One site: what goes into its pages, whether it is there, what it is called and where it is. */
export const SitePage = ({ arrived }: { arrived: boolean }) => {
  const load = () => void loadSites();
  useEffect(load, []);
  const known = sites.value;
  const isNew = may('add sites') && (new URLSearchParams(route.value.search).has('new') || known?.length === 0);
  const site = known && siteOf(known, view.value.site);
  if (isNew) return <Creation arrived={arrived} />;
  return (
    <main class="wide">
      <Heading title={t.sitePage.title} site={site} arrived={arrived}>
        {site &&
          [
            { path: 'processing', name: t.processingPage.title },
            { path: 'integrations', name: t.integrationsPage.title },
            { path: 'reviews', name: t.reviewsPage.title },
            ...(may('read decisions', site.id) ? [{ path: 'retention', name: t.retentionPage.title }] : []),
          ].map(({ path, name }) => (
            <a key={path} class="quiet" href={hrefOf(routeTo(path))} onClick={(event) => follow(event, routeTo(path))}>
              {name}
              <Count of={dueOn(path, site.id)} />
            </a>
          ))}
        {may('add sites') && (
          <a class="quiet" href={hrefOf(newSite)} onClick={(event) => follow(event, newSite)}>
            {t.sitePage.add}
          </a>
        )}
      </Heading>
      {site && <Content key={site.id} site={site} />}
      {known && !site && <NoSites />}
      {!known && (failure.value ? <Problem failure={failure.value} retry={load} /> : <Skeleton label={t.loading} />)}
    </main>
  );
};

const Creation = ({ arrived }: { arrived: boolean }) => (
  <main class="wide narrow">
    <Heading title={t.sitePage.addTitle} arrived={arrived} />
    <section class="card">
      <p>{t.sitePage.addLead}</p>
      <SiteForm
        submit={t.sitePage.create}
        done={({ id }) => go({ page: 'site', search: `?${new URLSearchParams({ site: id })}` })}
      />
    </section>
  </main>
);

const Content = ({ site }: { site: Site }) => {
  const [tags, setTags] = useState<Tags>();
  const [saved, setSaved] = useState(false);
  const load = async () => {
    const answer = await call<Tags>('GET', `sites/${site.id}/embedding`);
    if (accept(answer)) setTags(answer.value);
  };
  useEffect(() => void load(), [site.notice]);
  if (!tags) {
    return failure.value ? <Problem failure={failure.value} retry={load} /> : <Skeleton label={t.loading} />;
  }
  return (
    <>
      <Embedding tags={tags} />
      <Liveness site={site} />
      <Linking site={site} />
      {may('change the site', site.id) && (
        <section class="card">
          <h2>{t.sitePage.settings}</h2>
          <SiteForm site={site} submit={t.sitePage.save} done={() => setSaved(true)} />
          <p role="status">{saved && t.sitePage.saved}</p>
        </section>
      )}
    </>
  );
};
