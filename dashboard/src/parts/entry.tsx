import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Credentials } from '../../../schemas/types.gen.ts';
import type { Failure } from '../api.ts';
import { explain } from '../explain.ts';
import { t } from '../language.ts';
import { Card } from './card.tsx';
import { PasswordField } from './password-field.tsx';

interface Props {
  title: string;
  lead?: string;
  submit: string;
  passwordAutocomplete: 'current-password' | 'new-password';
  passwordHint?: string;
  /** What an HTTP status means here, where it differs from its general meaning. */
  refused: Record<number, string>;
  send: (credentials: Credentials) => Promise<Failure | undefined>;
  /** Another way in, above the form. */
  children?: ComponentChildren;
  /** And one below it. */
  below?: ComponentChildren;
}

/** The form for e-mail address and password, at set-up and at sign-in. */
export const Entry = ({
  title,
  lead,
  submit,
  passwordAutocomplete,
  passwordHint,
  refused,
  send,
  children,
  below,
}: Props) => {
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const faulty = (name: string) => failure?.kind === 'http' && failure.pointers.includes(`/${name}`);

  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || !form.current) return;
    const data = new FormData(form.current);
    setBusy(true);
    const reason = await send({ email: String(data.get('email')), password: String(data.get('password')) });
    setBusy(false);
    setFailure(reason);
    if (reason) focusField(form.current, reason);
  };

  return (
    <Card title={title}>
      {lead && <p>{lead}</p>}
      {children}
      <form ref={form} onSubmit={onSubmit}>
        <div role="alert">{failure && <p class="refusal">{explain(failure, refused)}</p>}</div>
        <label for="email">{t.email}</label>
        <input
          id="email"
          name="email"
          type="email"
          autocomplete="username"
          required
          maxLength={254}
          autofocus
          aria-invalid={faulty('email') ? 'true' : undefined}
        />
        <PasswordField autocomplete={passwordAutocomplete} invalid={faulty('password') === true} hint={passwordHint} />
        <button class="primary" type="submit" aria-disabled={busy}>
          {submit}
        </button>
      </form>
      {below}
    </Card>
  );
};

// The field to mend: the one that was named, otherwise the password.
const focusField = (form: HTMLFormElement | null, failure: Failure): void => {
  const email = failure.kind === 'http' && failure.pointers.includes('/email');
  const field = form?.elements.namedItem(email ? 'email' : 'password');
  if (field instanceof HTMLInputElement) field.focus();
};
