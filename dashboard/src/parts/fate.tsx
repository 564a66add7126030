import type { Answered } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';
import { Bar } from './bar.tsx';

/** What became of the visitors who were asked, of whom decisions alone do not tell. */
export const Fate = ({ totals, bounded }: { totals: Answered; bounded: boolean }) => {
  const parts = [
    { tone: 'accepted', n: totals.firstAccepted, name: t.rates.accepted },
    { tone: 'partial', n: totals.firstPartial, name: t.rates.partial },
    { tone: 'refused', n: totals.firstRefused, name: t.rates.refused },
    { tone: 'ignored', n: totals.ignored, name: t.rates.ignored },
    { tone: 'hidden', n: totals.hidden, name: t.rates.hidden },
  ];
  const whole = Math.max(
    totals.asked,
    parts.reduce((sum, { n }) => sum + n, 0),
  );
  return (
    <section class="card">
      <h2>{t.fate.title(format.number(totals.asked))}</h2>
      <p class="muted">{bounded ? t.fate.bounded : t.fate.lead}</p>
      <Bar parts={parts} whole={whole} height={28} />
      <dl class="legend shares">
        {parts.map(({ tone, n, name }) => (
          <div key={tone}>
            <dt>
              <i class={`dot ${tone}`} />
              {name}
            </dt>
            <dd>
              <b>{format.share(n, whole)}</b> <span>{format.number(n)}</span>
            </dd>
          </div>
        ))}
      </dl>
      {(totals.signals > 0 || totals.synthetic > 0) && (
        <p class="muted">{t.fate.automatic(format.number(totals.signals), format.number(totals.synthetic))}</p>
      )}
    </section>
  );
};
