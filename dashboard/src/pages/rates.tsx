import { useEffect, useRef } from 'preact/hooks';
import type { Report, Site } from '../../../schemas/types.gen.ts';
import { autoRefresh } from '../autorefresh.ts';
import { format, t } from '../language.ts';
import { Chart } from '../parts/chart.tsx';
import { DayTable } from '../parts/day-table.tsx';
import { Figures } from '../parts/figures.tsx';
import { Header } from '../parts/header.tsx';
import { Legend } from '../parts/legend.tsx';
import { NoSites } from '../parts/no-sites.tsx';
import { Periods } from '../parts/periods.tsx';
import { Problem } from '../parts/problem.tsx';
import { Purposes } from '../parts/purposes.tsx';
import { Recent } from '../parts/recent.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { ThirdParties } from '../parts/third-parties.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { failure, forget, refresh, report, siteOf, sites, thirdParties, updated } from '../report.ts';
import { view } from '../view.ts';

/** The consent rates of one site. */
export const Rates = ({ email, arrived }: { email: string; arrived: boolean }) => {
  const known = sites.value;
  const site = known && siteOf(known, view.value);
  const title = useRef<HTMLHeadingElement>(null);
  const current = view.value;

  useEffect(() => void refresh(current), [current]);
  useEffect(() => {
    const stop = autoRefresh(() => void refresh(view.value));
    return () => {
      stop();
      forget();
    };
  }, []);
  // Whoever comes from the form has lost the focused field; readers go on from the heading.
  useEffect(() => {
    if (arrived) title.current?.focus();
  }, [arrived]);
  useEffect(() => {
    document.title = [site?.name, t.rates.title, t.product].filter(Boolean).join(' – ');
  }, [site?.name]);

  return (
    <>
      <Header email={email} sites={known ?? []} site={site} />
      <main class="wide">
        <div class="title">
          <div>
            <h1 ref={title} tabIndex={-1}>
              {site?.name ?? t.rates.title}
            </h1>
            {site && <p class="muted">{t.rates.title}</p>}
          </div>
          {site && <Periods />}
        </div>
        <Content site={site} />
      </main>
    </>
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
