import { useEffect } from 'preact/hooks';
import type { Site } from '../../../schemas/types.gen.ts';
import { autoRefresh } from '../autorefresh.ts';
import { failure } from '../failure.ts';
import { format, t } from '../language.ts';
import { Chart } from '../parts/chart.tsx';
import { Compared } from '../parts/compared.tsx';
import { Export } from '../parts/export.tsx';
import { Fate } from '../parts/fate.tsx';
import { Figures } from '../parts/figures.tsx';
import { Filters } from '../parts/filters.tsx';
import { Grants } from '../parts/grants.tsx';
import { Groups } from '../parts/groups.tsx';
import { Heading } from '../parts/heading.tsx';
import { IntervalTable } from '../parts/interval-table.tsx';
import { Legend } from '../parts/legend.tsx';
import { NoSites } from '../parts/no-sites.tsx';
import { Dimensions, Lengths, Periods } from '../parts/periods.tsx';
import { Problem } from '../parts/problem.tsx';
import { Recent } from '../parts/recent.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { Funnel, Waits } from '../parts/steps.tsx';
import { Suspensions } from '../parts/suspensions.tsx';
import { ThirdParties } from '../parts/third-parties.tsx';
import { Today } from '../parts/today.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { forget, parameters, type Report, refresh, report, updated, zoneOf } from '../report.ts';
import { may } from '../session.ts';
import { siteOf, sites } from '../sites.ts';
import { type View, view } from '../view.ts';

/** The consent rates of one site. */
export const Rates = ({ arrived }: { arrived: boolean }) => {
  const known = sites.value;
  const current = view.value;
  const site = known && siteOf(known, current.site);

  useEffect(() => void refresh(current), [current]);
  useEffect(() => {
    const stop = autoRefresh(() => void refresh(view.value));
    return () => {
      stop();
      forget();
    };
  }, []);

  return (
    <main class="wide">
      <Heading title={t.rates.title} site={site} arrived={arrived}>
        {site && <Periods />}
      </Heading>
      <Content site={site} />
    </main>
  );
};

const Content = ({ site }: { site: Site | undefined }) => {
  const current = report.value;
  if (site && current?.rates.site === site.id) return <Body site={site} report={current} />;
  if (failure.value) return <Problem failure={failure.value} retry={() => void refresh(view.value)} />;
  return sites.value?.length === 0 ? <NoSites /> : <Skeleton label={t.loading} />;
};

const Body = ({ site, report }: { site: Site; report: Report }) => {
  const { rates, overview, breakdown, comparison, thirdParties, of } = report;
  const { totals, recent } = rates;
  const time = format.time(updated.value);
  const seen = <ThirdParties seen={thirdParties} />;
  if (recent.length === 0 && totals.asked === 0) {
    return (
      <>
        <Waiting site={site} />
        {seen}
      </>
    );
  }
  return (
    // What was there stays on show while the next view is on its way.
    <div class="sections" aria-busy={of !== view.value}>
      <div role="status">{failure.value && <p class="notice">{t.failure.stale(time)}</p>}</div>
      <Suspensions site={site.id} elsewhere />
      <Today overview={overview} />
      <Filters rates={rates} />
      <Figures totals={totals} days={of.days} />
      {comparison && <Compared comparison={comparison} of={of} />}
      {totals.asked > 0 && <Fate totals={totals} bounded={rates.bounded} />}
      <section class="card">
        <div class="title">
          <h2>{t.rates.per[rates.each]}</h2>
          <Lengths />
          <Legend />
        </div>
        <Chart rates={rates} />
        <IntervalTable rates={rates} />
      </section>
      <section class="card">
        <h2>{t.rates.by}</h2>
        <Dimensions />
        <Groups breakdown={breakdown} />
      </section>
      <div class="pair">
        {totals.asked > 0 && (
          <section class="card">
            <h2>{t.funnel.title}</h2>
            <Funnel rates={rates} />
          </section>
        )}
        {rates.waits.some(({ decisions }) => decisions > 0) && (
          <section class="card">
            <h2>{t.waits.title}</h2>
            <Waits rates={rates} />
          </section>
        )}
        <section class="card">
          <h2>{t.rates.purposes}</h2>
          <Grants of="purposes" shares={rates.purposes} />
        </section>
        {rates.services.length > 0 && (
          <section class="card">
            <h2>{t.rates.services}</h2>
            <Grants of="services" shares={rates.services} />
          </section>
        )}
      </div>
      <section class="card">
        <h2>{t.recent.title}</h2>
        <Recent receipts={recent} />
      </section>
      {seen}
      {may('export data', site.id) && <Files site={site} of={of} />}
      <p class="muted updated">{t.rates.updated(time, rates.timeZone)}</p>
    </div>
  );
};

const Files = ({ site, of }: { site: Site; of: View }) => {
  const query = parameters(of, new Date(), zoneOf(site));
  const path = `sites/${site.id}/exports`;
  return (
    <Export
      files={[
        { name: t.files.overTime, path: `${path}/rates`, query },
        {
          name: t.files.groups(t.dimensions[of.by]),
          path: `${path}/groups`,
          query: new URLSearchParams([...query, ['by', of.by]]),
        },
      ]}
    />
  );
};
