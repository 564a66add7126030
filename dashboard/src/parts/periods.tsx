import { t } from '../language.ts';
import { follow, hrefOf } from '../route.ts';
import { periods, routeOf, view } from '../view.ts';

/** Chooses the period. Links, because each has an address. */
export const Periods = () => (
  <nav class="periods" aria-label={t.rates.period}>
    {periods.map((days) => (
      <a
        key={days}
        href={hrefOf(routeOf({ ...view.value, days }))}
        aria-current={days === view.value.days ? 'true' : undefined}
        onClick={(event) => follow(event, routeOf({ ...view.value, days }))}
      >
        {t.rates.days(days)}
      </a>
    ))}
  </nav>
);
