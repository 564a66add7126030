import type { Rates } from '../../../schemas/types.gen.ts';
import { t } from '../language.ts';
import { nameOf } from '../values.ts';
import { type Dimension, dimensions, show, view, withoutValue, withValue } from '../view.ts';

/** Which visitors count, as chips that can be taken away, and what they are compared with. */
export const Filters = ({ rates }: { rates: Rates }) => {
  const current = view.value;
  const chips = dimensions.flatMap((dimension) =>
    (current.where[dimension] ?? []).map((value) => ({ dimension, value })),
  );
  return (
    <div class="filters">
      <Picker rates={rates} />
      {chips.map(({ dimension, value }) => (
        <button
          key={`${dimension}=${value}`}
          type="button"
          class="chip"
          onClick={() => show({ ...current, where: withoutValue(current, dimension, value) })}
        >
          <span class="unseen">{t.filters.remove} </span>
          {t.dimensions[dimension]}: <bdi>{nameOf(dimension, value)}</bdi>
          <span aria-hidden="true"> ×</span>
        </button>
      ))}
      {chips.length > 1 && (
        <button type="button" class="quiet" onClick={() => show({ ...current, where: {} })}>
          {t.filters.clear}
        </button>
      )}
      <Against rates={rates} />
    </div>
  );
};

const split = (choice: string): [Dimension, string] => {
  const at = choice.indexOf('=');
  return [choice.slice(0, at) as Dimension, choice.slice(at + 1)];
};

const Options = ({ rates, without }: { rates: Rates; without: (dimension: Dimension, value: string) => boolean }) =>
  dimensions.map((dimension) => {
    const values = (rates.values[dimension] ?? []).filter((value) => !without(dimension, value));
    if (values.length === 0) return null;
    return (
      <optgroup key={dimension} label={t.dimensions[dimension]}>
        {values.map((value) => (
          <option key={value} value={`${dimension}=${value}`}>
            {nameOf(dimension, value)}
          </option>
        ))}
      </optgroup>
    );
  });

const Picker = ({ rates }: { rates: Rates }) => {
  const current = view.value;
  return (
    <label class="picker">
      <span class="unseen">{t.filters.add}</span>
      <select
        value=""
        onChange={(event) => {
          const [dimension, value] = split(event.currentTarget.value);
          event.currentTarget.value = '';
          show({ ...current, where: withValue(current, dimension, value) });
        }}
      >
        <option value="">{t.filters.add}</option>
        <Options rates={rates} without={(dimension, value) => !!current.where[dimension]?.includes(value)} />
      </select>
    </label>
  );
};

const Against = ({ rates }: { rates: Rates }) => {
  const current = view.value;
  return (
    <label class="picker against">
      <span>{t.compare.with}</span>
      <select value={current.against} onChange={(event) => show({ ...current, against: event.currentTarget.value })}>
        <option value="">{t.compare.nothing}</option>
        <option value="before">{t.compare.before(current.days)}</option>
        {Object.keys(current.where).length > 0 && <option value="all">{t.compare.all}</option>}
        <Options rates={rates} without={() => false} />
      </select>
    </label>
  );
};
