import type { ComponentChildren } from 'preact';
import type { Activity } from '../../../../schemas/types.gen.ts';
import { format, t } from '../../language.ts';

type Column = keyof typeof t.processingPage.columns;

interface Props {
  label: string;
  columns: readonly Column[];
  activities: Activity[];
}

/** Activities with some of what is to be said of each. */
export const ActivityTable = ({ label, columns, activities }: Props) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (axe scrollable-region-focusable).
  <section class="scroll whole" tabIndex={0} aria-label={label}>
    <table class="recent third processing">
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {t.processingPage.columns[column]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {activities.map((activity) => (
          <tr key={activity.service}>
            {columns.map((column) => (
              <td
                key={column}
                class={column === 'service' ? 'host' : column}
                data-label={t.processingPage.columns[column]}
              >
                <div>{cells[column](activity)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);

// What does not apply to a row, in every language.
const nowhere = '–';
const untold = <span class="muted">{t.processingPage.untold}</span>;

const cells: Record<Column, (activity: Activity) => ComponentChildren> = {
  service: ({ name }) => <bdi>{name}</bdi>,
  purpose: ({ purpose }) => purpose,
  data: ({ data }) => (
    <ul>
      {data.map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
  ),
  recipient: ({ recipient }) => recipient || untold,
  country: ({ country, area }) => (area ? (country ? format.country(country) : untold) : nowhere),
  period: ({ period }) => period,
  reviewed: ({ service, reviewedAt }) =>
    reviewedAt ? format.date(reviewedAt.slice(0, 10)) : service ? t.processingPage.unreviewed : nowhere,
  ground: ({ area, act, limit }) =>
    area === 'adequate' ? (
      <>
        {act}
        {limit && <span class="muted"> {limit}</span>}
      </>
    ) : (
      nowhere
    ),
  safeguard: ({ safeguard }) => (safeguard ? t.processingPage.safeguards[safeguard] : untold),
  wrong: ({ wrong }) => (wrong ? <strong>{t.processingPage.wrong[wrong]}</strong> : t.processingPage.wrong[wrong]),
};
