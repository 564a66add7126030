import { useState } from 'preact/hooks';
import { explain } from '../explain.ts';
import { t } from '../language.ts';
import { canUsePasskeys, type Refusal } from '../passkey.ts';
import { signInWithPasskey } from '../session.ts';

/** Signs in with a passkey, where the browser keeps any. */
export const PasskeyButton = () => {
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  if (!canUsePasskeys()) return null;
  const onClick = async () => {
    if (busy) return;
    setBusy(true);
    const reason = await signInWithPasskey();
    setBusy(false);
    setRefused(reason);
  };
  return (
    <div class="instead">
      <button type="button" class="quiet" aria-disabled={busy} onClick={onClick}>
        {t.passkeys.signIn}
      </button>
      <div role="alert">
        {refused && (
          <p class="refusal">
            {refused === 'none'
              ? t.passkeys.notShown
              : explain(refused, { 401: t.passkeys.unknown, 403: t.passkeys.notShown, 422: t.passkeys.notHere })}
          </p>
        )}
      </div>
    </div>
  );
};
