import { useEffect, useState } from 'preact/hooks';
import type { Found as Page, Publication, Receipt, Site } from '../../../schemas/types.gen.ts';
import { call, type Failure } from '../api.ts';
import { failure } from '../failure.ts';
import { format, language, t } from '../language.ts';
import { Export } from '../parts/export.tsx';
import { Found } from '../parts/found.tsx';
import { Heading } from '../parts/heading.tsx';
import { NoSites } from '../parts/no-sites.tsx';
import { useVersion } from '../parts/notice/version.ts';
import { Problem } from '../parts/problem.tsx';
import { Recent } from '../parts/recent.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { go, type Route, route } from '../route.ts';
import { expire, isSignedOut } from '../session.ts';
import { loadSites, siteOf, sites } from '../sites.ts';
import { view } from '../view.ts';

const names = ['receipt', 'subject', 'from', 'to', 'notice', 'action', 'granted', 'refused'] as const;

type Wanted = Partial<Record<(typeof names)[number], string>>;

/** The page with the decisions of a site that are wanted: the address holds the search. */
const routeOf = (site: string, wanted: Wanted): Route => ({
  page: 'decisions',
  search: `?${new URLSearchParams({ site, ...wanted })}`,
});

const wantedIn = (search: string): Wanted => {
  const params = new URLSearchParams(search);
  return Object.fromEntries(names.flatMap((name) => (params.get(name) ? [[name, params.get(name)]] : [])));
};

/** Single decisions, for whoever has to account for them. */
export const DecisionsPage = ({ arrived }: { arrived: boolean }) => {
  const load = () => void loadSites();
  useEffect(load, []);
  const known = sites.value;
  const site = known && siteOf(known, view.value.site);
  const wanted = wantedIn(route.value.search);
  return (
    <main class="wide">
      <Heading title={t.decisionsPage.title} site={site} arrived={arrived} />
      {site && <Search key={`${site.id} ${route.value.search}`} site={site} wanted={wanted} />}
      {site && <Results key={`${site.id}?${new URLSearchParams(wanted)}`} site={site} wanted={wanted} />}
      {known && !site && <NoSites />}
      {!known && (failure.value ? <Problem failure={failure.value} retry={load} /> : <Skeleton label={t.loading} />)}
    </main>
  );
};

const daysIn = ({ from, to }: Wanted) => new URLSearchParams({ ...(from && { from }), ...(to && { to }) });

const inLanguage = (query: URLSearchParams) => new URLSearchParams([...query, ['language', language]]);

const Search = ({ site, wanted }: { site: Site; wanted: Wanted }) => {
  const texts = t.decisionsPage;
  const notice = useVersion(site.id, site.notice);
  const answerable: { id: string; name?: string }[] = [...(notice?.purposes ?? []), ...(notice?.services ?? [])].filter(
    ({ id }) => id !== 'essential',
  );
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const entries = names.map((name) => [name, String(data.get(name) ?? '').trim()]).filter(([, value]) => value);
    go(routeOf(site.id, Object.fromEntries(entries)));
  };
  return (
    <section class="card">
      <p>{texts.lead}</p>
      <form class="fields" onSubmit={onSubmit}>
        {(['receipt', 'subject'] as const).map((name) => (
          <div class="field" key={name}>
            <label for={`wanted-${name}`}>{texts[name]}</label>
            <input
              id={`wanted-${name}`}
              name={name}
              defaultValue={wanted[name] ?? ''}
              placeholder={texts[`${name}Hint`]}
              autocomplete="off"
              spellcheck={false}
              dir="ltr"
            />
          </div>
        ))}
        {(['from', 'to'] as const).map((name) => (
          <div class="field" key={name}>
            <label for={`wanted-${name}`}>{texts[name]}</label>
            <input id={`wanted-${name}`} name={name} type="date" defaultValue={wanted[name] ?? ''} />
          </div>
        ))}
        <Choice name="notice" wanted={wanted} options={usePublications(site)} />
        <Choice name="action" wanted={wanted} options={texts.actions} />
        {(['granted', 'refused'] as const).map((name) => (
          <div class="field" key={name}>
            <label for={`wanted-${name}`}>{texts[name]}</label>
            <input
              id={`wanted-${name}`}
              name={name}
              list="answerable"
              defaultValue={wanted[name] ?? ''}
              placeholder={texts.any}
              autocomplete="off"
            />
          </div>
        ))}
        <datalist id="answerable">
          {answerable.map(({ id, name }) => (
            <option key={id} value={id} label={t.purposes[id] ?? name ?? id} />
          ))}
        </datalist>
        <div class="send">
          <button class="primary" type="submit">
            {texts.submit}
          </button>
          <button class="quiet" type="button" onClick={() => go(routeOf(site.id, {}))}>
            {texts.reset}
          </button>
        </div>
      </form>
    </section>
  );
};

// The versions by id, with when visitors were first shown them: published or tried on some.
const usePublications = (site: Site): Record<string, string> => {
  const [list, setList] = useState<Publication[]>([]);
  useEffect(() => {
    void call<Publication[]>('GET', `sites/${site.id}/publications`).then((answer) => {
      if (answer.ok) setList(answer.value.toReversed());
    });
  }, [site.id, site.notice]);
  const tried = (site.experiments ?? []).flatMap(({ variants, startedAt: at }) =>
    variants.map(({ notice }) => ({ notice, at })),
  );
  return Object.fromEntries(
    [...list, ...tried].map(({ notice, at }) => [
      notice,
      `${notice.slice(0, 8)}${at ? ` (${format.instant(at)})` : ''}`,
    ]),
  );
};

interface ChoiceProps {
  name: 'notice' | 'action';
  wanted: Wanted;
  options: Record<string, string>;
}

const Choice = ({ name, wanted, options }: ChoiceProps) => (
  <div class="field">
    <label for={`wanted-${name}`}>{t.decisionsPage[name]}</label>
    <select id={`wanted-${name}`} name={name}>
      <option value="">{t.decisionsPage.any}</option>
      {Object.entries({ ...(wanted[name] ? { [wanted[name]]: wanted[name].slice(0, 8) } : {}), ...options }).map(
        ([value, text]) => (
          <option key={value} value={value} selected={value === wanted[name]}>
            {text}
          </option>
        ),
      )}
    </select>
  </div>
);

const Results = ({ site, wanted }: { site: Site; wanted: Wanted }) => {
  const [found, setFound] = useState<Receipt[]>();
  const [next, setNext] = useState<string>();
  const [chosen, choose] = useState<Receipt>();
  // The search's own: what else the page asks for meanwhile says nothing of it.
  const [refused, setRefused] = useState<Failure>();
  const load = async (before?: string) => {
    const query = new URLSearchParams({ ...wanted, ...(before ? { before } : {}) });
    const answer = await call<Page>('GET', `sites/${site.id}/decisions?${query}`);
    setRefused(answer.ok ? undefined : answer.failure);
    if (!answer.ok) {
      if (isSignedOut(answer.failure)) expire();
      return;
    }
    // A receipt is asked for to look at it, so that its address shows it.
    if (wanted.receipt) choose(answer.value.decisions[0]);
    setFound(before ? [...(found ?? []), ...answer.value.decisions] : answer.value.decisions);
    setNext(answer.value.next);
  };
  useEffect(() => void load(), []);
  if (!found) return refused ? <Problem failure={refused} retry={load} /> : <Skeleton label={t.loading} />;
  return (
    <>
      {chosen && (
        <Found
          key={`${chosen.subject} ${chosen.id}`}
          receipt={chosen}
          alone={routeOf(site.id, { receipt: chosen.id })}
          history={routeOf(site.id, { subject: chosen.subject })}
          close={() => choose(undefined)}
        />
      )}
      <section class="card">
        <h2>{t.decisionsPage.found}</h2>
        {found.length > 0 ? (
          <Recent receipts={found} choose={choose} />
        ) : (
          <p class="muted" role="status">
            {t.decisionsPage.none}
          </p>
        )}
        {refused && <Problem failure={refused} retry={() => load(next)} />}
        {next && (
          <button type="button" class="quiet" onClick={() => load(next)}>
            {t.decisionsPage.earlier}
          </button>
        )}
      </section>
      <section class="card">
        <h2>{t.files.decisions}</h2>
        <p class="muted">{t.files.decisionsLead}</p>
        <Export
          files={[{ name: t.files.decisions, path: `sites/${site.id}/exports/decisions`, query: daysIn(wanted) }]}
        />
      </section>
      {!site.demo && (
        <section class="card">
          <h2>{t.files.archive}</h2>
          <p class="muted">{t.files.archiveLead}</p>
          <Export
            kinds={['zip']}
            files={[
              { name: t.files.archive, path: `sites/${site.id}/exports/archive`, query: inLanguage(daysIn(wanted)) },
            ]}
          />
        </section>
      )}
    </>
  );
};
