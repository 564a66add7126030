import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Failure } from '../api.ts';
import { explain } from '../explain.ts';
import { t } from '../language.ts';

interface Props {
  /** What the password is called, where it is asked for. */
  password?: string;
  /** What the code is called, where it is. */
  code?: string;
  submit: string;
  refused: Record<number, string>;
  send: (given: { password: string; code: string }) => Promise<Failure | undefined>;
  cancel: () => void;
}

/** A form that has whoever is signed in prove it again. */
export const Proof = ({ password, code, submit, refused, send, cancel }: Props) => {
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const firstField = () => form.current?.querySelector('input');
  useEffect(() => firstField()?.focus(), []);

  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || !form.current) return;
    const data = new FormData(form.current);
    setBusy(true);
    const reason = await send({ password: String(data.get('password') ?? ''), code: String(data.get('code') ?? '') });
    setBusy(false);
    setFailure(reason);
    if (reason) firstField()?.focus();
  };

  const invalid = failure?.kind === 'http' && failure.status === 401 ? 'true' : undefined;
  return (
    <form ref={form} onSubmit={onSubmit}>
      <div role="alert">{failure && <p class="refusal">{explain(failure, refused)}</p>}</div>
      {password && (
        <div class="field">
          <label for={`${id}-password`}>{password}</label>
          <input
            id={`${id}-password`}
            name="password"
            type="password"
            autocomplete="current-password"
            required
            maxLength={1024}
            aria-invalid={invalid}
          />
        </div>
      )}
      {code && (
        <div class="field">
          <label for={`${id}-code`}>{code}</label>
          <input
            id={`${id}-code`}
            name="code"
            class="digits"
            autocomplete="one-time-code"
            inputmode={password ? 'text' : 'numeric'}
            autocapitalize="off"
            spellcheck={false}
            required
            minLength={6}
            maxLength={64}
            aria-invalid={invalid}
          />
        </div>
      )}
      <div class="others">
        <button class="primary" type="submit" aria-disabled={busy}>
          {submit}
        </button>
        <button class="quiet" type="button" onClick={cancel}>
          {t.factors.cancel}
        </button>
      </div>
    </form>
  );
};
