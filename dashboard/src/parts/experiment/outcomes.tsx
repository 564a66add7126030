import type { Arm, ExperimentReport, OutcomeCompared } from '../../../../schemas/types.gen.ts';
import { letterOf } from '../../experiment.ts';
import { format, t } from '../../language.ts';
import { Bar } from '../bar.tsx';

const outcomes = ['accepted', 'partial', 'refused', 'ignored'] as const;

/** What the visitors of each arm did, all of it, and how far that is from the control. */
export const Outcomes = ({ report: { arms } }: { report: ExperimentReport }) => {
  const texts = t.experimentPage;
  const sum = (of: (arm: Arm) => number) => format.number(arms.reduce((total, arm) => total + of(arm), 0));
  return (
    <section class="card compared">
      <h2>{texts.table}</h2>
      <div class="arm-bars" aria-hidden="true">
        {arms.map((arm, i) => (
          <div key={arm.notice}>
            <b>{letterOf(i)}</b>
            <Bar parts={outcomes.map((tone) => ({ tone, n: arm[tone] }))} whole={arm.visitors} height={22} />
          </div>
        ))}
      </div>
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.outcome}</th>
            {arms.map(({ notice }, i) => (
              <th key={notice} scope="col" class="number">
                {letterOf(i)}
              </th>
            ))}
            {arms.slice(1).map(({ notice }, i) => (
              <th key={notice} scope="col" class="number">
                {texts.against(letterOf(i + 1))}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {outcomes.map((outcome) => (
            <tr key={outcome}>
              <th scope="row">
                <span class="badge">
                  <i class={`dot ${outcome}`} />
                  {texts.outcomes[outcome]}
                </span>
              </th>
              {arms.map((arm, i) => (
                <td key={arm.notice} class="number" data-label={letterOf(i)}>
                  <b>{format.share(arm[outcome], arm.visitors)}</b>
                  <small>{format.number(arm[outcome])}</small>
                </td>
              ))}
              {arms.slice(1).map((arm, i) => (
                <td key={arm.notice} class="number" data-label={texts.against(letterOf(i + 1))}>
                  {inPoints(arm.compared.find((one) => one.outcome === outcome))}
                </td>
              ))}
            </tr>
          ))}
          <tr>
            <th scope="row">{texts.visitors}</th>
            {arms.map((arm, i) => (
              <td key={arm.notice} class="number" data-label={letterOf(i)}>
                {format.number(arm.visitors)}
              </td>
            ))}
            {arms.slice(1).map(({ notice }) => (
              <td key={notice} />
            ))}
          </tr>
        </tbody>
      </table>
      <p class="hint">
        {texts.apart(
          sum(({ hidden }) => hidden),
          sum(({ synthetic }) => synthetic),
          sum(({ bots }) => bots),
        )}
      </p>
    </section>
  );
};

const inPoints = (compared: OutcomeCompared | undefined): string => {
  if (!compared || compared.verdict === 'few') return t.experimentPage.few;
  if (compared.verdict === 'same') return t.experimentPage.same;
  return t.experimentPage.between(format.points(compared.lowest), format.points(compared.highest));
};
