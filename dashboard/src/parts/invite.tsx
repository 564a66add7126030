import { useRef, useState } from 'preact/hooks';
import type { InvitationLink, Site } from '../../../schemas/types.gen.ts';
import { call, type Failure } from '../api.ts';
import { explain } from '../explain.ts';
import { t } from '../language.ts';
import { Code } from './code.tsx';
import { RolesFields, readRoles } from './roles.tsx';

/** Makes the link with which somebody becomes a user, and shows it once. */
export const Invite = ({ sites, done }: { sites: Site[]; done: () => void }) => {
  const [failure, setFailure] = useState<Failure>();
  const [made, setMade] = useState<InvitationLink>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || !form.current) return;
    setBusy(true);
    const email = String(new FormData(form.current).get('email'));
    const answer = await call<InvitationLink>('POST', 'invitations', { email, roles: readRoles(form.current) });
    setBusy(false);
    setFailure(answer.ok ? undefined : answer.failure);
    setMade(answer.ok ? answer.value : undefined);
    if (!answer.ok) return;
    form.current.reset();
    done();
  };

  return (
    <section class="card slim">
      <h2>{t.people.invite}</h2>
      <p>{t.people.inviteLead}</p>
      <form ref={form} onSubmit={onSubmit}>
        <div role="alert">
          {failure && <p class="refusal">{explain(failure, { 409: t.people.taken, ...invalidRoles(failure) })}</p>}
        </div>
        <div class="field">
          <label for="invite-email">{t.email}</label>
          <input id="invite-email" name="email" type="email" autocomplete="off" required maxLength={254} />
        </div>
        <RolesFields of="invite" given={{}} sites={sites} />
        <div>
          <button class="primary" type="submit" aria-disabled={busy}>
            {t.people.inviteSubmit}
          </button>
        </div>
      </form>
      <div role="status">
        {made && (
          <>
            <p>{t.people.link(made.invitation.email)}</p>
            <Code text={linkOf(made.token)} label={t.people.link(made.invitation.email)} />
          </>
        )}
      </div>
    </section>
  );
};

const linkOf = (token: string): string => `${location.origin}/dashboard/#invitation=${token}`;

/** What 422 means where roles are given. */
export const invalidRoles = (failure: Failure): Record<number, string> =>
  failure.kind === 'http' && failure.pointers.some((pointer) => pointer.startsWith('/roles'))
    ? { 422: t.people.invalid }
    : {};
