import { t } from '../language.ts';
import { follow, hrefOf } from '../route.ts';
import { dimensions, lengths, parseView, periods, routeOf, type View, view, viewSearch } from '../view.ts';

/** Chooses among views. Links, because each has an address. */
const Choices = ({ label, views }: { label: string; views: { name: string; view: View; isCurrent: boolean }[] }) => (
  <nav class="periods" aria-label={label}>
    {views.map(({ name, view, isCurrent }) => (
      <a
        key={name}
        href={hrefOf(routeOf(view))}
        aria-current={isCurrent ? 'true' : undefined}
        onClick={(event) => follow(event, routeOf(view))}
      >
        {name}
      </a>
    ))}
  </nav>
);

/** Chooses the period. */
export const Periods = () => {
  const current = view.value;
  const views = periods.map((days) => ({
    name: t.rates.days(days),
    view: parseView(viewSearch({ ...current, days })),
    isCurrent: days === current.days,
  }));
  return <Choices label={t.rates.period} views={views} />;
};

/** Chooses what the time axis tells apart. Months have too many hours. */
export const Lengths = () => {
  const current = view.value;
  const views = lengths
    .filter((each) => each !== 'hour' || current.days < 90)
    .map((each) => ({ name: t.rates.lengths[each], view: { ...current, each }, isCurrent: each === current.each }));
  return <Choices label={t.rates.length} views={views} />;
};

/** Chooses what the table of groups is about. */
export const Dimensions = () => {
  const current = view.value;
  const views = dimensions.map((by) => ({
    name: t.dimensions[by],
    view: { ...current, by },
    isCurrent: by === current.by,
  }));
  return <Choices label={t.rates.by} views={views} />;
};
