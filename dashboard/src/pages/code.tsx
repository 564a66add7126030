import { useEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from '../api.ts';
import { explain } from '../explain.ts';
import { t } from '../language.ts';
import { Card } from '../parts/card.tsx';
import { session, signInWithCode } from '../session.ts';

/** Asks for the code that follows the password. */
export const CodeStep = () => {
  const [recovery, setRecovery] = useState(false);
  const [refused, setRefused] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), [recovery]);

  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || !input.current) return;
    setBusy(true);
    const reason = await signInWithCode(input.current.value);
    setBusy(false);
    setRefused(reason);
    if (reason) input.current?.select();
  };
  const change = () => {
    setRefused(undefined);
    setRecovery(!recovery);
  };
  const startAgain = () => {
    session.value = { state: 'signed-out', expired: false };
  };

  const wrong = refused?.kind === 'http' && refused.status === 401;
  return (
    <Card title={t.factors.due}>
      <p>{recovery ? t.factors.recoveryLead : t.factors.dueLead}</p>
      <form onSubmit={onSubmit}>
        <div role="alert">
          {refused && <p class="refusal">{explain(refused, { 401: t.factors.wrongCode, 403: t.factors.dueOver })}</p>}
        </div>
        <label for="code">{recovery ? t.factors.recoveryCode : t.factors.dueCode}</label>
        <input
          key={recovery}
          ref={input}
          id="code"
          name="code"
          class="digits"
          autocomplete={recovery ? 'off' : 'one-time-code'}
          inputmode={recovery ? 'text' : 'numeric'}
          autocapitalize="off"
          spellcheck={false}
          required
          minLength={6}
          maxLength={64}
          aria-invalid={wrong ? 'true' : undefined}
        />
        <button class="primary" type="submit" aria-disabled={busy}>
          {t.factors.signIn}
        </button>
      </form>
      <p class="others">
        <button type="button" class="quiet" onClick={change}>
          {recovery ? t.factors.useApp : t.factors.useRecovery}
        </button>
        <button type="button" class="quiet" onClick={startAgain}>
          {t.factors.again}
        </button>
      </p>
    </Card>
  );
};
