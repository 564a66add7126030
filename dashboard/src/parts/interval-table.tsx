import type { Rates } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';
import { outcomes } from '../outcome.ts';

/** The chart's numbers as a table, newest first. Who was asked shows only where pages tell it. */
export const IntervalTable = ({ rates }: { rates: Rates }) => {
  const { intervals, totals, each, timeZone } = rates;
  const isAsked = totals.asked > 0;
  return (
    <details>
      <summary>{t.rates.table}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (axe scrollable-region-focusable). */}
      <section class="scroll" tabIndex={0} aria-label={t.rates.per[each]}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.rates.columns[each]}</th>
              <th scope="col" class="number">
                {t.rates.decisions}
              </th>
              {outcomes.map((outcome) => (
                <th key={outcome} scope="col" class="number">
                  {t.rates[outcome]}
                </th>
              ))}
              {isAsked && (
                <>
                  <th scope="col" class="number">
                    {t.rates.asked}
                  </th>
                  <th scope="col" class="number">
                    {t.rates.ignored}
                  </th>
                </>
              )}
            </tr>
          </thead>
          <tbody>
            {intervals.toReversed().map(({ from, answered }) => (
              <tr key={from}>
                <th scope="row">{format.interval(from, each, timeZone)}</th>
                <td class="number">{format.number(answered.decisions)}</td>
                {outcomes.map((outcome) => (
                  <td key={outcome} class="number">
                    {format.number(answered[outcome])}
                  </td>
                ))}
                {isAsked && (
                  <>
                    <td class="number">{format.number(answered.asked)}</td>
                    <td class="number">{format.number(answered.ignored)}</td>
                  </>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
};
