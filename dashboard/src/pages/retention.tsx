import { useEffect, useState } from 'preact/hooks';
import type { HoldEnd, HoldOrder, OwnPeriods, Retention, Site } from '../../../schemas/types.gen.ts';
import { call, type Failure } from '../api.ts';
import { explain } from '../explain.ts';
import { accept, failure } from '../failure.ts';
import { t } from '../language.ts';
import { Heading } from '../parts/heading.tsx';
import { Holds } from '../parts/holds.tsx';
import { NoSites } from '../parts/no-sites.tsx';
import { Problem } from '../parts/problem.tsx';
import { Classes, Deletions } from '../parts/retained.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { expire, isSignedOut, may } from '../session.ts';
import { loadSites, siteOf, sites } from '../sites.ts';
import { view } from '../view.ts';

/** For how long what is kept about a site is kept, what goes next, what is held, and what has gone. */
export const RetentionPage = ({ arrived }: { arrived: boolean }) => {
  const load = () => void loadSites();
  useEffect(load, []);
  const known = sites.value;
  const site = known && siteOf(known, view.value.site);
  return (
    <main class="wide">
      <Heading title={t.retentionPage.title} site={site} arrived={arrived} />
      {site && <Content key={site.id} site={site} />}
      {known?.length === 0 && <NoSites />}
      {!known && (failure.value ? <Problem failure={failure.value} retry={load} /> : <Skeleton label={t.loading} />)}
    </main>
  );
};

const Content = ({ site }: { site: Site }) => {
  const texts = t.retentionPage;
  const [kept, setKept] = useState<Retention>();
  const [refused, setRefused] = useState<Failure>();
  const path = `sites/${site.id}`;
  const load = async () => {
    const answer = await call<Retention>('GET', `${path}/retention`);
    if (accept(answer)) setKept(answer.value);
  };
  useEffect(() => void load(), []);

  /** Does something and shows what became of it. Returns whether it was done. */
  const act = async (
    to: string,
    order: HoldOrder | OwnPeriods | HoldEnd,
    method: 'POST' | 'PUT' = 'POST',
  ): Promise<boolean> => {
    const answer = await call<Retention>(method, `${path}/${to}`, order);
    setRefused(answer.ok ? undefined : answer.failure);
    if (answer.ok) setKept(answer.value);
    else if (isSignedOut(answer.failure)) expire();
    else await load();
    return answer.ok;
  };

  const mayAct = may('erase decisions', site.id);
  if (!kept) return failure.value ? <Problem failure={failure.value} retry={load} /> : <Skeleton label={t.loading} />;
  return (
    <>
      <Classes classes={kept.classes} set={mayAct ? (days) => act('retention', { days }, 'PUT') : undefined} />
      <div role="alert">
        {refused && (
          <p class="refusal">{explain(refused, { 404: texts.unknownReceipt, 409: texts.taken, 422: texts.invalid })}</p>
        )}
      </div>
      <Holds holds={kept.holds} act={mayAct ? act : undefined} />
      <Deletions deletions={kept.deletions} />
    </>
  );
};
