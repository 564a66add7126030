import { useEffect, useState } from 'preact/hooks';
import type { Invitation, People, Person, Site } from '../../../schemas/types.gen.ts';
import { call, type Failure, type Result } from '../api.ts';
import { explain } from '../explain.ts';
import { accept, failure } from '../failure.ts';
import { format, t } from '../language.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Heading } from '../parts/heading.tsx';
import { Invite, invalidRoles } from '../parts/invite.tsx';
import { Problem } from '../parts/problem.tsx';
import { inWords, RolesFields, readRoles } from '../parts/roles.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { expire, isSignedOut, session } from '../session.ts';
import { loadSites, sites } from '../sites.ts';

/** Who may use the dashboard, who is invited to, and as what. */
export const PeoplePage = ({ arrived }: { arrived: boolean }) => {
  const [people, setPeople] = useState<People>();
  const [refused, setRefused] = useState<Failure>();
  const load = async () => {
    const [answer] = await Promise.all([call<People>('GET', 'people'), loadSites()]);
    if (accept(answer)) setPeople(answer.value);
  };
  useEffect(() => void load(), []);

  /** Does something and shows what became of it. Returns whether it was done. */
  const act = async (doing: Promise<Result<unknown>>): Promise<boolean> => {
    const answer = await doing;
    setRefused(answer.ok ? undefined : answer.failure);
    if (!answer.ok && isSignedOut(answer.failure)) expire();
    if (answer.ok) await load();
    return answer.ok;
  };

  const known = sites.value ?? [];
  return (
    <main class="wide">
      <Heading title={t.people.title} arrived={arrived} />
      <div role="alert">
        {refused && <p class="refusal">{explain(refused, { 409: t.people.last, ...invalidRoles(refused) })}</p>}
      </div>
      {people && (
        <>
          <section class="card">
            <h2>{t.people.list}</h2>
            <PeopleTable people={people.people} sites={known} act={act} />
          </section>
          <Invite sites={known} done={load} />
          <section class="card">
            <h2>{t.people.pending}</h2>
            <Invitations invitations={people.invitations} sites={known} act={act} />
          </section>
        </>
      )}
      {!people && (failure.value ? <Problem failure={failure.value} retry={load} /> : <Skeleton label={t.loading} />)}
    </main>
  );
};

interface Acting {
  sites: Site[];
  act: (doing: Promise<Result<unknown>>) => Promise<boolean>;
}

const PeopleTable = ({ people, sites, act }: Acting & { people: Person[] }) => {
  const [changed, setChanged] = useState('');
  const own = session.value.state === 'signed-in' ? session.value.email : '';
  return (
    <table class="recent people">
      <thead>
        <tr>
          <th scope="col">{t.people.who}</th>
          <th scope="col">{t.people.roles}</th>
          <th scope="col">{t.people.since}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {people.map((person) =>
          person.id === changed ? (
            <tr key={person.id}>
              <td colSpan={4}>
                <Change person={person} sites={sites} act={act} done={() => setChanged('')} />
              </td>
            </tr>
          ) : (
            <tr key={person.id}>
              <td data-label={t.people.who}>
                <span>
                  <bdi>{person.email}</bdi> {person.email === own && <span class="muted">({t.people.you})</span>}
                </span>
              </td>
              <td data-label={t.people.roles}>{inWords(person.roles, sites)}</td>
              <td data-label={t.people.since}>{format.instant(person.since)}</td>
              <td class="actions">
                <button
                  type="button"
                  class="quiet"
                  aria-label={`${t.people.change} ${person.email}`}
                  onClick={() => setChanged(person.id)}
                >
                  {t.people.change}
                </button>
                <Confirm
                  label={t.people.remove}
                  really={t.people.really}
                  about={person.email}
                  act={() => act(call('DELETE', `people/${person.id}`))}
                />
              </td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
};

const Change = ({ person, sites, act, done }: Acting & { person: Person; done: () => void }) => {
  const own = session.value.state === 'signed-in' && session.value.email === person.email;
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const roles = readRoles(event.currentTarget as HTMLFormElement);
    if (await act(call('PUT', `people/${person.id}/roles`, roles))) done();
  };
  return (
    <form onSubmit={onSubmit} aria-label={t.people.changeOf(person.email)}>
      <h3>{t.people.changeOf(person.email)}</h3>
      <RolesFields of={person.id} given={person.roles} sites={sites} />
      <div>
        <button class="primary" type="submit">
          {t.people.save}
        </button>{' '}
        <button class="quiet" type="button" onClick={done}>
          {t.people.cancel}
        </button>{' '}
        {person.factors && !own && (
          <Confirm
            label={t.factors.reset}
            really={t.factors.reallyReset}
            about={person.email}
            act={async () => {
              if (await act(call('DELETE', `people/${person.id}/factors`))) done();
            }}
          />
        )}
      </div>
    </form>
  );
};

const Invitations = ({ invitations, sites, act }: Acting & { invitations: Invitation[] }) => {
  if (invitations.length === 0) return <p class="muted">{t.people.nobody}</p>;
  return (
    <table class="recent people">
      <thead>
        <tr>
          <th scope="col">{t.people.who}</th>
          <th scope="col">{t.people.roles}</th>
          <th scope="col">{t.people.until}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {invitations.map(({ id, email, roles, expiresAt }) => (
          <tr key={id}>
            <td data-label={t.people.who}>
              <bdi>{email}</bdi>
            </td>
            <td data-label={t.people.roles}>{inWords(roles, sites)}</td>
            <td data-label={t.people.until}>{format.instant(expiresAt)}</td>
            <td class="actions">
              <button
                type="button"
                class="quiet"
                aria-label={`${t.people.withdraw} ${email}`}
                onClick={() => act(call('DELETE', `invitations/${id}`))}
              >
                {t.people.withdraw}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
