import { t } from '../language.ts';
import { Entry } from '../parts/entry.tsx';
import { PasskeyButton } from '../parts/passkey-button.tsx';
import { SingleSignOn } from '../parts/single-sign-on.tsx';
import { signIn } from '../session.ts';

/** Asks for e-mail address and password, or leads to the provider of single sign-on. */
export const SignIn = ({ expired }: { expired: boolean }) => (
  <Entry
    title={t.signIn.title}
    {...(expired ? { lead: t.signIn.expired } : {})}
    submit={t.signIn.submit}
    passwordAutocomplete="current-password"
    refused={{ 401: t.signIn.wrong }}
    send={signIn}
    below={<PasskeyButton />}
  >
    <SingleSignOn />
  </Entry>
);
