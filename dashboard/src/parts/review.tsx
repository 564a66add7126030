import { useState } from 'preact/hooks';
import type { ReviewAnswers, ServiceReview } from '../../../schemas/types.gen.ts';
import { call } from '../api.ts';
import { accept } from '../failure.ts';
import { format, t } from '../language.ts';
import { evidence } from './evidence.tsx';
import { Skeleton } from './skeleton.tsx';

interface Props {
  review: ServiceReview;
  /** Closes it; nothing for those who may only look, or where it is closed. */
  answer: ((answers: ReviewAnswers) => Promise<boolean>) | undefined;
}

type Question = keyof typeof t.reviewsPage.questions;

const questions = Object.keys(t.reviewsPage.questions) as Question[];

/** One review: until when, or what became of it; unfolded, each question beside what the server knows about it. */
export const OneReview = ({ review, answer }: Props) => {
  const [full, setFull] = useState<ServiceReview>();
  const unfold = async (event: Event) => {
    if (full || !(event.currentTarget as HTMLDetailsElement).open) return;
    const found = await call<ServiceReview>('GET', `sites/${review.site}/reviews/${review.reference}`);
    if (accept(found)) setFull(found.value);
  };
  return (
    <details onToggle={unfold}>
      <summary>
        <strong>
          <bdi>{review.name}</bdi>
        </strong>{' '}
        <When review={review} />
      </summary>
      {full ? <Content review={full} answer={answer} /> : <Skeleton label={t.loading} />}
    </details>
  );
};

const dayOf = (iso: string | undefined) => format.date((iso ?? '').slice(0, 10));

const When = ({ review: { state, soon, overdue, due, closedAt, by } }: { review: ServiceReview }) => {
  const texts = t.reviewsPage;
  if (state === 'open') {
    const words = overdue ? texts.overdue : soon ? texts.soon : texts.due;
    return (
      <time class={soon ? 'urgent' : 'muted'} dateTime={due}>
        {words(dayOf(due))}
      </time>
    );
  }
  return <span class="muted">{texts.closed[state](dayOf(closedAt), by ?? '')}</span>;
};

const Content = ({ review, answer }: Props) => {
  const texts = t.reviewsPage;
  const { facts } = review;
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(data.get(name) ?? '');
    const given = Object.fromEntries(questions.map((one) => [one, text(one)])) as Pick<ReviewAnswers, Question>;
    void answer?.({ ...given, remark: text('remark').trim() });
  };
  const id = `review-${review.reference}`;
  const list = questions.map((question) => (
    <fieldset key={question} class="question">
      <legend>{texts.questions[question]}</legend>
      {answer && <Choice name={question} id={`${id}-${question}`} />}
      {review.answers && <p class="answer">{texts.answers[review.answers[question]]}</p>}
      {facts && <div class="evidence">{evidence[question](facts)}</div>}
    </fieldset>
  ));
  return (
    <>
      {facts && <p class="muted">{texts.asOf(format.date(facts.from), dayOf(facts.madeAt))}</p>}
      {answer ? (
        <form onSubmit={onSubmit}>
          {list}
          <div class="field">
            <label for={`${id}-remark`}>{texts.remark}</label>
            <textarea id={`${id}-remark`} name="remark" rows={2} maxLength={1000} aria-describedby={`${id}-hint`} />
            <p id={`${id}-hint`} class="hint">
              {texts.remarkHint}
            </p>
          </div>
          <div>
            <button class="primary" type="submit">
              {texts.submit}
            </button>
          </div>
        </form>
      ) : (
        <>
          {list}
          {review.answers?.remark && (
            <p>
              <strong>{texts.remark}:</strong> {review.answers.remark}
            </p>
          )}
        </>
      )}
    </>
  );
};

const Choice = ({ name, id }: { name: Question; id: string }) => (
  <div class="answers">
    {Object.entries(t.reviewsPage.answers).map(([value, label]) => (
      <label key={value} for={`${id}-${value}`}>
        <input id={`${id}-${value}`} type="radio" name={name} value={value} required /> {label}
      </label>
    ))}
  </div>
);
