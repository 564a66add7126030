import { useEffect, useState } from 'preact/hooks';
import type { ExperimentReport, Site } from '../../../schemas/types.gen.ts';
import { call } from '../api.ts';
import { autoRefresh } from '../autorefresh.ts';
import { accept, failure } from '../failure.ts';
import { format, t } from '../language.ts';
import { ArmsShown } from '../parts/experiment/arms.tsx';
import { Conclusion } from '../parts/experiment/conclusion.tsx';
import { Outcomes } from '../parts/experiment/outcomes.tsx';
import { Said } from '../parts/experiment/said.tsx';
import { Heading } from '../parts/heading.tsx';
import { NoSites } from '../parts/no-sites.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { follow, hrefOf, routeTo } from '../route.ts';
import { may } from '../session.ts';
import { loadSites, siteOf, sites } from '../sites.ts';
import { view } from '../view.ts';

/** What trying another notice on a share of the visitors has shown. */
export const ExperimentPage = ({ arrived }: { arrived: boolean }) => {
  const load = () => void loadSites();
  useEffect(load, []);
  const known = sites.value;
  const site = known && siteOf(known, view.value.site);
  const [chosen, choose] = useState('');
  const all = site?.experiments?.toReversed() ?? [];
  const one = all.find(({ id }) => id === chosen) ?? all[0];
  return (
    <main class="wide experiment">
      <Heading title={t.experimentPage.title} site={site} arrived={arrived}>
        {one && all.length > 1 && (
          <label class="picker">
            <span class="unseen">{t.experimentPage.earlier}</span>
            <select value={one.id} onChange={(event) => choose(event.currentTarget.value)}>
              {all.map(({ id, startedAt }) => (
                <option key={id} value={id}>
                  {t.experimentPage.one(format.instant(startedAt))}
                </option>
              ))}
            </select>
          </label>
        )}
      </Heading>
      {site && one && <Report key={one.id} site={site} id={one.id} />}
      {site && !one && <None site={site} />}
      {known?.length === 0 && <NoSites />}
      {!known && (failure.value ? <Problem failure={failure.value} retry={load} /> : <Skeleton label={t.loading} />)}
    </main>
  );
};

const None = ({ site }: { site: Site }) => (
  <section class="card">
    <h2>{t.experimentPage.none}</h2>
    <p>{t.experimentPage.noneLead}</p>
    {may('edit notices', site.id) && (
      <p>
        <a class="primary" href={hrefOf(routeTo('notice'))} onClick={(event) => follow(event, routeTo('notice'))}>
          {t.experimentPage.toNotice}
        </a>
      </p>
    )}
  </section>
);

const Report = ({ site, id }: { site: Site; id: string }) => {
  const [report, setReport] = useState<ExperimentReport>();
  const load = async () => {
    const answer = await call<ExperimentReport>('GET', `sites/${site.id}/experiments/${id}`);
    if (accept(answer)) setReport(answer.value);
  };
  // Again when the site has changed: the experiment may have been ended here.
  useEffect(() => {
    void load();
    return autoRefresh(() => void load());
  }, [site]);
  if (!report) return failure.value ? <Problem failure={failure.value} retry={load} /> : <Skeleton label={t.loading} />;
  return (
    <>
      <Said report={report} />
      <Outcomes report={report} />
      <ArmsShown site={site} report={report} />
      {!report.experiment.endedAt && may('edit notices', site.id) && <Conclusion site={site} report={report} />}
    </>
  );
};
