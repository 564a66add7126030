import { useEffect } from 'preact/hooks';
import type { Report, Site } from '../../../schemas/types.gen.ts';
import { autoRefresh } from '../autorefresh.ts';
import { failure } from '../failure.ts';
import { format, t } from '../language.ts';
import { Chart } from '../parts/chart.tsx';
import { DayTable } from '../parts/day-table.tsx';
import { Figures } from '../parts/figures.tsx';
import { Heading } from '../parts/heading.tsx';
import { Legend } from '../parts/legend.tsx';
import { NoSites } from '../parts/no-sites.tsx';
import { Periods } from '../parts/periods.tsx';
import { Problem } from '../parts/problem.tsx';
import { Purposes } from '../parts/purposes.tsx';
import { Recent } from '../parts/recent.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { ThirdParties } from '../parts/third-parties.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { forget, refresh, report, thirdParties, updated } from '../report.ts';
import { siteOf, sites } from '../sites.ts';
import { view } from '../view.ts';

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
      <Heading title={t.rates.title} subject={site?.name} arrived={arrived}>
        {site && <Periods />}
      </Heading>
      <Content site={site} />
    </main>
  );
};

const Content = ({ site }: { site: Site | undefined }) => {
  const current = report.value;
  const fits = site && current?.site === site.id && current.days.length === view.value.days;
  if (fits) return <Body site={site} report={current} />;
  if (failure.value) return <Problem failure={failure.value} retry={() => void refresh(view.value)} />;
  return sites.value?.length === 0 ? <NoSites /> : <Skeleton label={t.loading} />;
};

const Body = ({ site, report }: { site: Site; report: Report }) => {
  const { totals, days, purposes, recent } = report;
  const time = format.time(updated.value);
  const seen = thirdParties.value && <ThirdParties seen={thirdParties.value} />;
  if (recent.length === 0 && totals.decisions === 0) {
    return (
      <>
        <Waiting site={site} />
        {seen}
      </>
    );
  }
  return (
    <>
      <div role="status">{failure.value && <p class="notice">{t.failure.stale(time)}</p>}</div>
      <Figures totals={totals} days={days.length} />
      <section class="card">
        <div class="title">
          <h2>{t.rates.perDay}</h2>
          <Legend />
        </div>
        <Chart report={report} />
        <DayTable days={days} />
      </section>
      <section class="card">
        <h2>{t.rates.purposes}</h2>
        <Purposes shares={purposes} />
      </section>
      <section class="card">
        <h2>{t.recent.title}</h2>
        <Recent receipts={recent} />
      </section>
      {seen}
      <p class="muted updated">{t.rates.updated(time)}</p>
    </>
  );
};
