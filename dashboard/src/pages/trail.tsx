import { useEffect, useState } from 'preact/hooks';
import type { Act, Trail } from '../../../schemas/types.gen.ts';
import { call } from '../api.ts';
import { accept, failure } from '../failure.ts';
import { format, t } from '../language.ts';
import { Heading } from '../parts/heading.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { loadSites, sites } from '../sites.ts';

type Filter = Record<'who' | 'what' | 'outcome' | 'site' | 'from' | 'to', string>;

const everything: Filter = { who: '', what: '', outcome: '', site: '', from: '', to: '' };

/** What everybody who can sign in did, the last first. */
export const TrailPage = ({ arrived }: { arrived: boolean }) => {
  const [filter, setFilter] = useState(everything);
  const [acts, setActs] = useState<Act[]>();
  const [next, setNext] = useState<string>();
  const load = async (before?: string) => {
    const query = new URLSearchParams(
      Object.entries({ ...filter, before: before ?? '' }).filter(([, value]) => value !== ''),
    );
    const [answer] = await Promise.all([call<Trail>('GET', `trail?${query}`), loadSites()]);
    if (!accept(answer)) return;
    setActs(before ? [...(acts ?? []), ...answer.value.acts] : answer.value.acts);
    setNext(answer.value.next);
  };
  useEffect(() => void load(), [filter]);
  return (
    <main class="wide">
      <Heading title={t.trail.title} arrived={arrived} />
      <section class="card">
        <p>{t.trail.lead}</p>
        <Filters filter={filter} change={(part) => setFilter({ ...filter, ...part })} />
        {failure.value && <Problem failure={failure.value} retry={load} />}
        {acts ? <Acts acts={acts} /> : !failure.value && <Skeleton label={t.loading} />}
        {next && (
          <button type="button" class="quiet" onClick={() => load(next)}>
            {t.trail.earlier}
          </button>
        )}
      </section>
    </main>
  );
};

interface FiltersProps {
  filter: Filter;
  change: (part: Partial<Filter>) => void;
}

const Filters = ({ filter, change }: FiltersProps) => (
  <search class="fields trail">
    <div class="field">
      <label for="trail-who">{t.trail.who}</label>
      <input
        id="trail-who"
        type="text"
        inputMode="email"
        autocomplete="off"
        value={filter.who}
        onChange={(event) => change({ who: event.currentTarget.value.trim() })}
      />
    </div>
    <Choice name="what" none={t.trail.any} names={t.trail.acts} filter={filter} change={change} />
    <Choice name="outcome" none={t.trail.anyOutcome} names={t.trail.outcomes} filter={filter} change={change} />
    <Choice
      name="site"
      none={t.trail.any}
      names={Object.fromEntries((sites.value ?? []).map(({ id, name }) => [id, name]))}
      filter={filter}
      change={change}
    />
    {(['from', 'to'] as const).map((end) => (
      <div class="field" key={end}>
        <label for={`trail-${end}`}>{t.trail[end]}</label>
        <input
          id={`trail-${end}`}
          type="date"
          value={filter[end]}
          onChange={(event) => change({ [end]: event.currentTarget.value })}
        />
      </div>
    ))}
  </search>
);

interface ChoiceProps extends FiltersProps {
  name: 'what' | 'outcome' | 'site';
  none: string;
  names: Record<string, string>;
}

const Choice = ({ name, none, names, filter, change }: ChoiceProps) => (
  <div class="field">
    <label for={`trail-${name}`}>{t.trail[name]}</label>
    <select
      id={`trail-${name}`}
      value={filter[name]}
      onChange={(event) => change({ [name]: event.currentTarget.value })}
    >
      <option value="">{none}</option>
      {Object.entries(names).map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  </div>
);

const Acts = ({ acts }: { acts: Act[] }) => {
  if (acts.length === 0) return <p class="muted">{t.trail.empty}</p>;
  const nameOf = (site: string) => sites.value?.find(({ id }) => id === site)?.name ?? site;
  return (
    <table class="recent activity">
      <thead>
        <tr>
          {(['at', 'what', 'who', 'about', 'site', 'outcome', 'network'] as const).map((column) => (
            <th key={column} scope="col">
              {t.trail[column]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {acts.map((act, index) => (
          // Two acts can be alike in everything that is told of them.
          <tr key={index}>
            <td class="time">
              <time dateTime={act.at}>{format.instant(act.at)}</time>
            </td>
            <td class="outcome">{t.trail.acts[act.what] ?? act.what}</td>
            <td data-label={t.trail.who}>
              {act.who ? <bdi>{act.who}</bdi> : <span class="muted">{t.trail.stranger}</span>}
            </td>
            <td data-label={t.trail.about} class="about">
              {act.about}
            </td>
            <td data-label={t.trail.site}>{act.site && nameOf(act.site)}</td>
            <td data-label={t.trail.outcome}>
              {act.outcome === 'done' ? t.trail.outcomes.done : <strong>{t.trail.outcomes[act.outcome]}</strong>}
            </td>
            <td data-label={t.trail.network}>{act.network}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
