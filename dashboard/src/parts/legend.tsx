import { t } from '../language.ts';
import { outcomes } from '../outcome.ts';

/** Which colour is which outcome. */
export const Legend = () => (
  <ul class="legend">
    {outcomes.map((outcome) => (
      <li key={outcome}>
        <i class={`dot ${outcome}`} />
        {t.rates[outcome]}
      </li>
    ))}
  </ul>
);
