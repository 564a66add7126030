import { useState } from 'preact/hooks';
import type { RequestDeadline } from '../../../schemas/types.gen.ts';
import type { Result } from '../api.ts';
import { explain } from '../explain.ts';
import { t } from '../language.ts';
import { expire, isSignedOut } from '../session.ts';

interface Props {
  deadline: RequestDeadline;
  save: (deadline: RequestDeadline) => Promise<Result<RequestDeadline>>;
  saved: (deadline: RequestDeadline) => void;
}

/** How long requests may take, and by how much they may be put off. */
export const Deadline = ({ deadline, save, saved }: Props) => {
  const texts = t.requestsPage;
  const [outcome, setOutcome] = useState<Result<RequestDeadline>>();
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const answer = await save({ days: Number(form.get('days')), extraDays: Number(form.get('extraDays')) });
    setOutcome(answer);
    if (answer.ok) saved(answer.value);
    else if (isSignedOut(answer.failure)) expire();
  };
  return (
    <section class="card slim">
      <h2>{texts.deadline}</h2>
      <p>{texts.deadlineLead}</p>
      <form onSubmit={onSubmit}>
        <div role="alert">
          {outcome?.ok === false && <p class="refusal">{explain(outcome.failure, { 422: texts.wrongDeadline })}</p>}
        </div>
        <div class="field">
          <label for="request-days">{texts.dueDays}</label>
          <input
            id="request-days"
            name="days"
            type="number"
            min={1}
            max={45}
            required
            defaultValue={String(deadline.days)}
            aria-describedby="request-days-hint"
          />
          <p id="request-days-hint" class="hint">
            {texts.dueDaysHint}
          </p>
        </div>
        <div class="field">
          <label for="request-extra-days">{texts.extraDays}</label>
          <input
            id="request-extra-days"
            name="extraDays"
            type="number"
            min={0}
            max={60}
            required
            defaultValue={String(deadline.extraDays)}
            aria-describedby="request-extra-days-hint"
          />
          <p id="request-extra-days-hint" class="hint">
            {texts.extraDaysHint}
          </p>
        </div>
        <div>
          <button class="primary" type="submit">
            {texts.saveDeadline}
          </button>
        </div>
        <p role="status">{outcome?.ok && texts.savedDeadline}</p>
      </form>
    </section>
  );
};
