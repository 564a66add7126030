import { useEffect, useRef, useState } from 'preact/hooks';
import type { OpenSession, Token } from '../../../schemas/types.gen.ts';
import { call, type Failure } from '../api.ts';
import { explain } from '../explain.ts';
import { accept, failure } from '../failure.ts';
import { format, t } from '../language.ts';
import { Heading } from '../parts/heading.tsx';
import { PasswordField } from '../parts/password-field.tsx';
import { Problem } from '../parts/problem.tsx';
import { SecondFactors } from '../parts/second-factors.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { Tokens } from '../parts/tokens.tsx';
import { loadSites, sites } from '../sites.ts';

/** One's own account: what one signs in with, where one is signed in, and the tokens. */
export const AccountPage = ({ arrived }: { arrived: boolean }) => {
  const [sessions, setSessions] = useState<OpenSession[]>();
  const [tokens, setTokens] = useState<Token[]>();
  const load = async () => {
    const [open, made, known] = await Promise.all([
      call<OpenSession[]>('GET', 'account/sessions'),
      call<Token[]>('GET', 'account/tokens'),
      loadSites(),
    ]);
    if (!known || !accept(open) || !accept(made)) return;
    setSessions(open.value);
    setTokens(made.value);
  };
  useEffect(() => void load(), []);
  const end = async (path: string) => {
    if (accept(await call('DELETE', path))) await load();
  };
  return (
    <main class="wide">
      <Heading title={t.own.title} arrived={arrived} />
      {failure.value && <Problem failure={failure.value} retry={load} />}
      <PasswordChange done={load} />
      <SecondFactors changed={load} />
      {sessions ? (
        <section class="card">
          <h2>{t.own.sessions}</h2>
          <Sessions sessions={sessions} end={end} />
          {sessions.length > 1 && (
            <button type="button" class="quiet" onClick={() => end('account/sessions')}>
              {t.own.endOthers}
            </button>
          )}
        </section>
      ) : (
        !failure.value && <Skeleton label={t.loading} />
      )}
      {tokens && (
        <Tokens tokens={tokens} sites={sites.value ?? []} revoke={(id) => end(`account/tokens/${id}`)} made={load} />
      )}
    </main>
  );
};

const Sessions = ({ sessions, end }: { sessions: OpenSession[]; end: (path: string) => void }) => (
  <table class="recent people">
    <thead>
      <tr>
        <th scope="col">{t.own.device}</th>
        <th scope="col">{t.own.started}</th>
        <th scope="col">{t.own.seen}</th>
        <td />
      </tr>
    </thead>
    <tbody>
      {sessions.map(({ id, device, started, seen, current }) => (
        <tr key={id}>
          <td data-label={t.own.device}>{device || t.own.unknown}</td>
          <td data-label={t.own.started}>{format.instant(started)}</td>
          <td data-label={t.own.seen}>{format.instant(seen)}</td>
          <td class="actions">
            {current ? (
              <span class="muted">{t.own.here}</span>
            ) : (
              <button
                type="button"
                class="quiet"
                aria-label={`${t.own.end}: ${device || t.own.unknown}`}
                onClick={() => end(`account/sessions/${id}`)}
              >
                {t.own.end}
              </button>
            )}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

const PasswordChange = ({ done }: { done: () => void }) => {
  const [refused, setRefused] = useState<Failure>();
  const [changed, setChanged] = useState(false);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || !form.current) return;
    const data = new FormData(form.current);
    setBusy(true);
    const answer = await call('PUT', 'account/password', {
      current: String(data.get('current')),
      password: String(data.get('password')),
    });
    setBusy(false);
    setChanged(answer.ok);
    setRefused(answer.ok ? undefined : answer.failure);
    if (!answer.ok) return;
    form.current.reset();
    done();
  };

  const faulty = refused?.kind === 'http' && refused.pointers.includes('/password');
  const wrong = refused?.kind === 'http' && refused.status === 401;
  return (
    <section class="card slim">
      <h2>{t.own.password}</h2>
      <p>{t.own.passwordLead}</p>
      <form ref={form} onSubmit={onSubmit}>
        <div role="alert">{refused && <p class="refusal">{explain(refused, { 401: t.own.wrong })}</p>}</div>
        <div class="field">
          <label for="current">{t.own.current}</label>
          <input
            id="current"
            name="current"
            type="password"
            autocomplete="current-password"
            required
            maxLength={1024}
            aria-invalid={wrong ? 'true' : undefined}
          />
        </div>
        <PasswordField
          label={t.own.next}
          autocomplete="new-password"
          invalid={faulty === true}
          hint={t.setup.passwordHint}
        />
        <div>
          <button class="primary" type="submit" aria-disabled={busy}>
            {t.own.submit}
          </button>
        </div>
        <p role="status">{changed && t.own.changed}</p>
      </form>
    </section>
  );
};
