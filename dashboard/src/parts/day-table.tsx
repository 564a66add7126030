import type { Day } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';
import { outcomes } from '../outcome.ts';

/** The chart's numbers as a table, newest day first. */
export const DayTable = ({ days }: { days: Day[] }) => (
  <details>
    <summary>{t.rates.table}</summary>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (axe scrollable-region-focusable). */}
    <section class="scroll" tabIndex={0} aria-label={t.rates.perDay}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.rates.day}</th>
            <th scope="col" class="number">
              {t.rates.decisions}
            </th>
            {outcomes.map((outcome) => (
              <th key={outcome} scope="col" class="number">
                {t.rates[outcome]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map(({ day, tally }) => (
            <tr key={day}>
              <th scope="row">{format.day(day)}</th>
              <td class="number">{format.number(tally.decisions)}</td>
              {outcomes.map((outcome) => (
                <td key={outcome} class="number">
                  {format.number(tally[outcome])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  </details>
);
