import { t } from '../language.ts';
import { Entry } from '../parts/entry.tsx';
import { SingleSignOn } from '../parts/single-sign-on.tsx';
import { join } from '../session.ts';

/** Makes a user of whoever was handed the link of an invitation, or has somebody choose a new password. */
export const Join = ({ token }: { token: string }) => (
  <Entry
    title={t.join.title}
    lead={t.join.lead}
    submit={t.join.submit}
    passwordAutocomplete="new-password"
    passwordHint={t.setup.passwordHint}
    refused={{ 403: t.join.badLink }}
    send={(credentials) => join({ token, ...credentials })}
  >
    <SingleSignOn />
  </Entry>
);
