import type { Answered } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';
import { outcomes } from '../outcome.ts';

/** The headline: how many decisions, and how they split. Signals show only where there are some. */
export const Figures = ({ totals, days }: { totals: Answered; days: number }) => (
  <dl class="figures" aria-label={t.rates.figures}>
    <div>
      <dt>{t.rates.decisions}</dt>
      <dd class="value">{format.number(totals.decisions)}</dd>
      <dd class="detail">{t.rates.inPeriod(days)}</dd>
      {totals.bots > 0 && <dd class="detail">{t.rates.leftOut(format.number(totals.bots))}</dd>}
    </div>
    {outcomes
      .filter((outcome) => outcome !== 'signals' || totals.signals > 0)
      .map((outcome) => (
        <div key={outcome}>
          <dt>
            <i class={`dot ${outcome}`} />
            {t.rates[outcome]}
          </dt>
          <dd class="value">{format.share(totals[outcome], totals.decisions)}</dd>
          <dd class="detail">{t.rates.ofDecisions(format.number(totals[outcome]))}</dd>
        </div>
      ))}
  </dl>
);
