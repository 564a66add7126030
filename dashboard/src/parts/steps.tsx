import type { Rates } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';
import { Bar } from './bar.tsx';

interface Step {
  name: string;
  n: number;
}

const Table = ({ label, head, steps, whole }: { label: string; head: string; steps: Step[]; whole: number }) => (
  <table class="steps-table" aria-label={label}>
    <thead>
      <tr>
        <th scope="col">{head}</th>
        <th scope="col">{t.rates.share}</th>
        <th scope="col" class="number">
          {t.rates.number}
        </th>
      </tr>
    </thead>
    <tbody>
      {steps.map(({ name, n }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td class="meter">
            <Bar parts={[{ tone: 'accepted', n }]} whole={whole} />
            <span>{format.share(n, whole)}</span>
          </td>
          <td class="number">{format.number(n)}</td>
        </tr>
      ))}
    </tbody>
  </table>
);

/** How far visitors go: from the notice over the preferences to a choice of their own. */
export const Funnel = ({ rates: { totals, saved } }: { rates: Rates }) => (
  <Table
    label={t.funnel.title}
    head={t.funnel.step}
    whole={totals.asked}
    steps={[
      { name: t.funnel.shown, n: totals.asked },
      { name: t.funnel.answered, n: totals.firstAccepted + totals.firstRefused + totals.firstPartial },
      { name: t.funnel.opened, n: totals.opened },
      { name: t.funnel.saved, n: saved },
    ]}
  />
);

/** How long visitors look at the notice before they choose. Steps at the end that nobody took are left out. */
export const Waits = ({ rates: { waits } }: { rates: Rates }) => {
  const whole = waits.reduce((sum, { decisions }) => sum + decisions, 0);
  const last = waits.findLastIndex(({ decisions }) => decisions > 0);
  const steps = waits
    .slice(0, last + 1)
    .map(({ seconds, decisions }) => ({ name: format.duration(seconds), n: decisions }));
  return (
    <>
      <p class="muted">{t.waits.lead(format.duration(median(waits)))}</p>
      <Table label={t.waits.title} head={t.waits.time} whole={whole} steps={steps} />
    </>
  );
};

/** The step within which half of the visitors have chosen. */
export const median = (waits: Rates['waits']): number => {
  const whole = waits.reduce((sum, { decisions }) => sum + decisions, 0);
  let before = 0;
  for (const { seconds, decisions } of waits) {
    before += decisions;
    if (whole > 0 && before * 2 >= whole) return seconds;
  }
  return 0;
};
