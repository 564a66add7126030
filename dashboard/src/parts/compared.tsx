import type { Comparison, Estimate, RateCompared } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';
import { nameOf } from '../values.ts';
import { type Dimension, dimensions, type View } from '../view.ts';

/** Two periods or two parts of the visitors side by side, with what chance alone could make of the difference. */
export const Compared = ({ comparison, of }: { comparison: Comparison; of: View }) => (
  <section class="card compared">
    <h2>{t.compare.title(nameOfOther(of))}</h2>
    <p class="muted">{t.compare.lead}</p>
    <table>
      <thead>
        <tr>
          <th scope="col">{t.compare.rate}</th>
          <th scope="col" class="number">
            {t.compare.here}
          </th>
          <th scope="col" class="number">
            {nameOfOther(of)}
          </th>
          <th scope="col">{t.compare.verdict}</th>
        </tr>
      </thead>
      <tbody>
        {comparison.rates.map((rate) => (
          <tr key={rate.rate}>
            <th scope="row">{t.rates[rate.rate]}</th>
            <Share label={t.compare.here} estimate={rate.one} />
            <Share label={nameOfOther(of)} estimate={rate.other} />
            <td>{verdictOf(rate)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);

// The label repeats the column's heading where the style sheet turns rows into blocks.
const Share = ({ label, estimate: { part, whole, lowest, highest } }: { label: string; estimate: Estimate }) => (
  <td class="number" data-label={label}>
    <b>{format.share(part, whole)}</b>
    <small>
      {whole > 0 && format.range(lowest, highest)} {t.compare.of(format.number(whole))}
    </small>
  </td>
);

// Seen from here, which is how the page reads: higher here is lower there.
const verdictOf = ({ verdict, one, other }: RateCompared): string => {
  const points = format.points(one.part / one.whole - other.part / other.whole);
  switch (verdict) {
    case 'few':
      return t.compare.few;
    case 'same':
      return t.compare.same;
    default:
      return t.compare.different(points);
  }
};

const nameOfOther = (of: View): string => {
  if (of.against === 'before') return t.compare.before(of.days);
  const at = of.against.indexOf('=');
  const dimension = dimensions.find((one) => one === of.against.slice(0, at)) as Dimension | undefined;
  return dimension ? `${t.dimensions[dimension]}: ${nameOf(dimension, of.against.slice(at + 1))}` : t.compare.all;
};
