import type { Answered, Overview } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';

interface Measure {
  name: string;
  /** Value as text. */
  of: (answered: Answered) => string;
  /** How much it has changed, or undefined when there is nothing to compare with. */
  change: (today: Answered, before: Answered) => { text: string; up: boolean; down: boolean } | undefined;
}

const share = (part: (a: Answered) => number, whole: (a: Answered) => number): Omit<Measure, 'name'> => ({
  of: (a) => format.share(part(a), whole(a)),
  change: (today, before) => {
    if (!whole(today) || !whole(before)) return undefined;
    const difference = part(today) / whole(today) - part(before) / whole(before);
    const rounded = Math.round(1000 * difference);
    return { text: t.today.points(format.points(difference)), up: rounded > 0, down: rounded < 0 };
  },
});

const count = (of: (a: Answered) => number): Omit<Measure, 'name'> => ({
  of: (a) => format.number(of(a)),
  change: (today, before) => {
    if (!of(before)) return undefined;
    const change = of(today) / of(before) - 1;
    return { text: t.today.percent(format.points(change)), up: change > 0, down: change < 0 };
  },
});

const measures = (today: Answered): Measure[] => [
  ...(today.asked ? [{ name: t.rates.asked, ...count((a) => a.asked) }] : []),
  { name: t.rates.decisions, ...count((a) => a.decisions) },
  {
    name: t.rates.accepted,
    ...share(
      (a) => a.accepted,
      (a) => a.decisions,
    ),
  },
  {
    name: t.rates.refused,
    ...share(
      (a) => a.refused,
      (a) => a.decisions,
    ),
  },
  ...(today.asked
    ? [
        {
          name: t.rates.ignored,
          ...share(
            (a) => a.ignored,
            (a) => a.asked,
          ),
        },
      ]
    : []),
];

/** Today so far against the same weekday a week ago. */
export const Today = ({ overview: { today, lastWeek, until, timeZone } }: { overview: Overview }) => (
  <section class="card today">
    <h2>{t.today.title}</h2>
    <p class="muted">{t.today.lead(format.weekday(until, timeZone))}</p>
    <dl>
      {measures(today).map(({ name, of, change }) => {
        const changed = change(today, lastWeek);
        return (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="value">{of(today)}</dd>
            <dd class="detail">
              {changed ? (
                <>
                  <span aria-hidden="true">{changed.up ? '▲ ' : changed.down ? '▼ ' : ''}</span>
                  {changed.text}
                </>
              ) : (
                t.today.noChange
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  </section>
);
