import { useEffect, useState } from 'preact/hooks';
import type { ReviewAnswers, ServiceReview, ServiceReviews, Site } from '../../../schemas/types.gen.ts';
import { call, type Failure, type Result } from '../api.ts';
import { loadDue } from '../due.ts';
import { explain } from '../explain.ts';
import { accept, failure } from '../failure.ts';
import { t } from '../language.ts';
import { Heading } from '../parts/heading.tsx';
import { NoSites } from '../parts/no-sites.tsx';
import { Problem } from '../parts/problem.tsx';
import { OneReview } from '../parts/review.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { expire, isSignedOut, may } from '../session.ts';
import { loadSites, siteOf, sites } from '../sites.ts';
import { view } from '../view.ts';

/** Which services are to be looked at again, until when, and what was found before. */
export const ReviewsPage = ({ arrived }: { arrived: boolean }) => {
  const load = () => void loadSites();
  useEffect(load, []);
  const known = sites.value;
  const site = known && siteOf(known, view.value.site);
  return (
    <main class="wide">
      <Heading title={t.reviewsPage.title} site={site} arrived={arrived} />
      {site && <Reviews key={site.id} site={site} />}
      {known?.length === 0 && <NoSites />}
      {!known && (failure.value ? <Problem failure={failure.value} retry={load} /> : <Skeleton label={t.loading} />)}
    </main>
  );
};

const Reviews = ({ site }: { site: Site }) => {
  const texts = t.reviewsPage;
  const [list, setList] = useState<ServiceReviews>();
  const [refused, setRefused] = useState<Failure>();
  const path = `sites/${site.id}`;
  const load = async () => {
    const answer = await call<ServiceReviews>('GET', `${path}/reviews`);
    if (accept(answer)) setList(answer.value);
  };
  useEffect(() => void load(), []);

  /** Does something and shows what became of it. Returns whether it was done. */
  const act = async (doing: Promise<Result<unknown>>): Promise<boolean> => {
    const answer = await doing;
    setRefused(answer.ok ? undefined : answer.failure);
    if (!answer.ok && isSignedOut(answer.failure)) expire();
    await load();
    void loadDue();
    return answer.ok;
  };

  if (!list) return failure.value ? <Problem failure={failure.value} retry={load} /> : <Skeleton label={t.loading} />;
  const mayWork = may('review services', site.id);
  const answer = (review: ServiceReview) => (answers: ReviewAnswers) =>
    act(call<ServiceReview>('POST', `${path}/reviews/${review.reference}/answers`, answers));
  const open = list.reviews.filter(({ state }) => state === 'open');
  const closed = list.reviews.filter(({ state }) => state !== 'open');
  return (
    <>
      <div role="alert">
        {refused && <p class="refusal">{explain(refused, { 409: texts.taken, 422: texts.invalid })}</p>}
      </div>
      <section class="card">
        <h2>{texts.open}</h2>
        <p class="muted">{texts.lead}</p>
        {open.length === 0 && <p>{list.days === 0 ? texts.off : texts.none}</p>}
        <ul class="requests reviews">
          {open.map((one) => (
            <li key={one.reference}>
              <OneReview review={one} answer={mayWork ? answer(one) : undefined} />
            </li>
          ))}
        </ul>
      </section>
      <section class="card">
        <h2>{texts.history}</h2>
        {closed.length === 0 && <p>{texts.noHistory}</p>}
        <ul class="requests reviews">
          {closed.map((one) => (
            <li key={one.reference}>
              <OneReview review={one} answer={undefined} />
            </li>
          ))}
        </ul>
      </section>
      {mayWork && (
        <Period
          days={list.days}
          save={(days) => call<ServiceReviews>('PUT', `${path}/review-period`, { days })}
          saved={setList}
        />
      )}
    </>
  );
};

interface PeriodProps {
  days: number;
  save: (days: number) => Promise<Result<ServiceReviews>>;
  saved: (list: ServiceReviews) => void;
}

const Period = ({ days, save, saved }: PeriodProps) => {
  const texts = t.reviewsPage;
  const [outcome, setOutcome] = useState<Result<ServiceReviews>>();
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const answer = await save(Number(form.get('days')));
    setOutcome(answer);
    if (answer.ok) saved(answer.value);
    else if (isSignedOut(answer.failure)) expire();
    void loadDue();
  };
  return (
    <section class="card slim">
      <h2>{texts.often}</h2>
      <form onSubmit={onSubmit}>
        <div role="alert">
          {outcome?.ok === false && <p class="refusal">{explain(outcome.failure, { 422: texts.wrongDays })}</p>}
        </div>
        <div class="field">
          <label for="review-days">{texts.days}</label>
          <input
            id="review-days"
            name="days"
            type="number"
            min={0}
            max={730}
            required
            defaultValue={String(days)}
            aria-describedby="review-days-hint"
          />
          <p id="review-days-hint" class="hint">
            {texts.daysHint}
          </p>
        </div>
        <div>
          <button class="primary" type="submit">
            {texts.save}
          </button>
        </div>
        <p role="status">{outcome?.ok && texts.saved}</p>
      </form>
    </section>
  );
};
