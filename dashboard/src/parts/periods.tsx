import { t } from '../language.ts';
import { type Period, periods, show, view, viewSearch } from '../view.ts';

// Links, because each period has an address; a plain click stays on the page.
const follow = (event: MouseEvent, days: Period): void => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  show({ ...view.value, days });
};

/** Chooses the period. */
export const Periods = () => (
  <nav class="periods" aria-label={t.rates.period}>
    {periods.map((days) => (
      <a
        key={days}
        href={viewSearch({ ...view.value, days })}
        aria-current={days === view.value.days ? 'true' : undefined}
        onClick={(event) => follow(event, days)}
      >
        {t.rates.days(days)}
      </a>
    ))}
  </nav>
);
