import type { Site } from '../../../../schemas/types.gen.ts';
import type { Plan } from '../../draft.ts';
import { t } from '../../language.ts';
import { languageName } from '../../language-name.ts';

interface Props {
  site: Site | undefined;
  /** Names of the services for which visitors are asked again. */
  touched: string[];
  /** Languages of the notice. */
  languages: string[];
  plan: Plan;
  change: (plan: Plan) => void;
}

const defaultDays = 30;

/** A day in some days' time, as inputs of dates have it. */
const dayIn = (days: number): string => {
  const day = new Date();
  day.setDate(day.getDate() + days);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`;
};

/** When the notice takes effect, and what visitors are told of it. */
export const Timing = ({ site, touched, languages, plan, change }: Props) => {
  const texts = t.noticePage.timing;
  const days = site?.announceDays ?? defaultDays;
  return (
    <section class="timing">
      <h2>{texts.title}</h2>
      {touched.length > 0 && <p class="caution">{texts.touched(touched.join(', '), String(days))}</p>}
      <label class="choice">
        <input type="radio" name="when" checked={!plan.day} onChange={() => change({ ...plan, day: '' })} />
        {texts.now}
      </label>
      <div class="later">
        <label class="choice">
          <input
            type="radio"
            name="when"
            checked={!!plan.day}
            onChange={() => change({ ...plan, day: plan.day || dayIn(days) })}
          />
          {texts.later}
        </label>
        <input
          type="date"
          aria-label={texts.day}
          min={dayIn(1)}
          max={dayIn(365)}
          value={plan.day}
          onInput={({ currentTarget }) => change({ ...plan, day: currentTarget.value })}
        />
      </div>
      <p class="hint">{plan.day ? texts.laterHint : texts.nowHint}</p>
      <details>
        <summary>{texts.summary}</summary>
        <p class="hint">{texts.summaryHint}</p>
        {languages.map((tag) => (
          <label key={tag} class="field">
            {languageName(tag)}
            <textarea
              rows={3}
              maxLength={2000}
              lang={tag}
              dir="auto"
              value={plan.summary[tag] ?? ''}
              onInput={({ currentTarget }) =>
                change({ ...plan, summary: { ...plan.summary, [tag]: currentTarget.value } })
              }
            />
          </label>
        ))}
      </details>
    </section>
  );
};
