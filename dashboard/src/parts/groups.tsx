import type { Breakdown } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';
import { nameOf } from '../values.ts';
import { show, view, withValue } from '../view.ts';
import { Bar } from './bar.tsx';

/** How each part of the visitors chose. A click on one counts nobody else. */
export const Groups = ({ breakdown: { by, groups, left } }: { breakdown: Breakdown }) => {
  const current = view.value;
  const isAsked = groups.some(({ answered }) => answered.asked > 0);
  if (groups.length === 0) return <p class="muted">{t.rates.noGroups}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (axe scrollable-region-focusable).
    <section class="scroll" tabIndex={0} aria-label={t.rates.by}>
      <table class="groups">
        <thead>
          <tr>
            <th scope="col">{t.dimensions[by]}</th>
            <th scope="col">{t.rates.split}</th>
            <th scope="col" class="number">
              {t.rates.accepted}
            </th>
            <th scope="col" class="number">
              {t.rates.decisions}
            </th>
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
          {groups.map(({ value, answered }) => (
            <tr key={value}>
              <th scope="row">
                <button
                  type="button"
                  class="link"
                  title={t.filters.only}
                  onClick={() => show({ ...current, where: withValue(current, by, value) })}
                >
                  <bdi>{nameOf(by, value)}</bdi>
                </button>
              </th>
              <td class="split">
                <Bar
                  whole={answered.decisions}
                  parts={[
                    { tone: 'accepted', n: answered.accepted },
                    { tone: 'partial', n: answered.partial },
                    { tone: 'refused', n: answered.refused },
                    { tone: 'signals', n: answered.signals },
                  ]}
                />
              </td>
              <td class="number">
                <b>{format.share(answered.accepted, answered.decisions)}</b>
              </td>
              <td class="number">{format.number(answered.decisions)}</td>
              {isAsked && (
                <>
                  <td class="number">{format.number(answered.asked)}</td>
                  <td class="number">{format.share(answered.ignored, answered.asked)}</td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {left > 0 && <p class="muted">{t.rates.left(format.number(left))}</p>}
    </section>
  );
};
