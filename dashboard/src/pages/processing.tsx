import { useEffect, useState } from 'preact/hooks';
import type { Activity, Processing, Publication, Site } from '../../../schemas/types.gen.ts';
import { call } from '../api.ts';
import { accept, failure } from '../failure.ts';
import { format, language, t } from '../language.ts';
import { Export } from '../parts/export.tsx';
import { Heading } from '../parts/heading.tsx';
import { NoSites } from '../parts/no-sites.tsx';
import { Problem } from '../parts/problem.tsx';
import { ActivityTable } from '../parts/processing/table.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { follow, hrefOf, type Route } from '../route.ts';
import { may } from '../session.ts';
import { loadSites, siteOf, sites } from '../sites.ts';
import { view } from '../view.ts';

/** What a site's notice says of processing and of transfers, for whoever has to account for them. */
export const ProcessingPage = ({ arrived }: { arrived: boolean }) => {
  const load = () => void loadSites();
  useEffect(load, []);
  const known = sites.value;
  const site = known && siteOf(known, view.value.site);
  const [chosen, choose] = useState('');
  const versions = useVersions(site);
  const notice = versions.some((one) => one.notice === chosen) ? chosen : (site?.notice ?? '');
  return (
    <main class="wide">
      <Heading title={t.processingPage.title} site={site} arrived={arrived}>
        {versions.length > 1 && (
          <label class="picker">
            <span class="unseen">{t.processingPage.version}</span>
            <select value={notice} onChange={(event) => choose(event.currentTarget.value)}>
              {versions.map(({ notice: id, at }) => (
                <option key={id} value={id}>
                  {id === site?.notice ? t.processingPage.current(when(at)) : when(at)}
                </option>
              ))}
            </select>
          </label>
        )}
      </Heading>
      {site && <Shown key={`${site.id} ${notice}`} site={site} notice={notice} />}
      {known?.length === 0 && <NoSites />}
      {!known && (failure.value ? <Problem failure={failure.value} retry={load} /> : <Skeleton label={t.loading} />)}
    </main>
  );
};

const when = (at: string | undefined) => (at ? format.instant(at) : t.processingPage.before);

// Each version once, as it was published last, newest first.
const useVersions = (site: Site | undefined): Publication[] => {
  const [list, setList] = useState<Publication[]>([]);
  useEffect(() => {
    setList([]);
    if (!site) return;
    void call<Publication[]>('GET', `sites/${site.id}/publications`).then((answer) => {
      if (answer.ok) setList(answer.value.toReversed());
    });
  }, [site?.id, site?.notice]);
  return list.filter(({ notice }, i) => list.findIndex((one) => one.notice === notice) === i);
};

const Shown = ({ site, notice }: { site: Site; notice: string }) => {
  const [record, setRecord] = useState<Processing>();
  const query = new URLSearchParams({ notice, language });
  const load = async () => {
    const answer = await call<Processing>('GET', `sites/${site.id}/processing?${query}`);
    if (accept(answer)) setRecord(answer.value);
  };
  useEffect(() => void load(), []);
  if (!record) return failure.value ? <Problem failure={failure.value} retry={load} /> : <Skeleton label={t.loading} />;
  const transfers = record.activities.filter(({ area }) => area !== '' && area !== 'eea');
  return (
    <>
      <Findings site={site} wrong={record.activities.filter(({ wrong }) => wrong)} />
      <section class="card">
        <h2>{t.processingPage.transfers}</h2>
        {transfers.length > 0 ? (
          <>
            <ActivityTable
              label={t.processingPage.transfers}
              columns={['service', 'recipient', 'country', 'ground', 'safeguard', 'wrong']}
              activities={transfers}
            />
            <p class="muted">{t.processingPage.asOf(format.date(record.asOf))}</p>
          </>
        ) : (
          <p>{t.processingPage.noTransfers}</p>
        )}
      </section>
      <section class="card">
        <h2>{t.processingPage.record}</h2>
        <p class="muted">{t.processingPage.recordLead}</p>
        <Facts record={record} />
        <ActivityTable
          label={t.processingPage.record}
          columns={['service', 'purpose', 'data', 'recipient', 'country', 'period', 'reviewed']}
          activities={record.activities}
        />
      </section>
      <section class="card">
        <h2>{t.processingPage.measures}</h2>
        <ul>
          {record.measures.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      </section>
      <section class="card">
        <h2>{t.processingPage.save}</h2>
        <Export
          kinds={['html', 'csv', 'json']}
          files={[{ name: t.processingPage.file, path: `sites/${site.id}/exports/processing`, query }]}
        />
      </section>
    </>
  );
};

// Where a service is written.
const editorOf = (site: Site, service: string): Route => ({
  page: 'notice',
  search: `?${new URLSearchParams({ site: site.id, service })}`,
});

const Findings = ({ site, wrong }: { site: Site; wrong: Activity[] }) => {
  if (wrong.length === 0) return <p class="muted">{t.processingPage.fine}</p>;
  return (
    <section class="card">
      <h2>{t.processingPage.findings}</h2>
      <ul class="findings">
        {wrong.map(({ service, name, remark }) => (
          <li key={service} class="warning">
            <strong>{name}</strong>
            <br />
            {remark}
            <br />
            {may('edit notices', site.id) && (
              <a href={hrefOf(editorOf(site, service))} onClick={(event) => follow(event, editorOf(site, service))}>
                {t.processingPage.mend(name)}
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
};

const Facts = ({ record: { controller, subjects, publishedAt, madeAt } }: { record: Processing }) => {
  const texts = t.processingPage;
  const facts: Record<keyof typeof texts.facts, string> = {
    controller: [controller.name, controller.address].filter(Boolean).join(', ') || texts.untold,
    contact: controller.contact || texts.untold,
    subjects,
    published: when(publishedAt),
    made: format.instant(madeAt),
  };
  return (
    <dl class="facts">
      {Object.entries(facts).map(([name, value]) => (
        <div key={name}>
          <dt>{texts.facts[name as keyof typeof facts]}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
};
