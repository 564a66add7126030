import { useState } from 'preact/hooks';
import { t } from '../language.ts';

interface Props {
  /** What it is called where it is not the only one. */
  label?: string;
  autocomplete: 'current-password' | 'new-password';
  invalid: boolean;
  hint: string | undefined;
}

/** A password that can be looked at while it is typed (ASVS 6.2.6: better than typing it twice). */
export const PasswordField = ({ label = t.password, autocomplete, invalid, hint }: Props) => {
  const [visible, setVisible] = useState(false);
  // Preact's types know an input by one literal type only; both kinds take these attributes.
  const type = (visible ? 'text' : 'password') as 'password';
  return (
    <>
      <label for="password">{label}</label>
      <div class="reveal">
        <input
          id="password"
          name="password"
          type={type}
          autocomplete={autocomplete}
          required
          maxLength={1024}
          minLength={autocomplete === 'new-password' ? 12 : undefined}
          spellcheck={false}
          autocapitalize="off"
          aria-invalid={invalid ? 'true' : undefined}
          aria-describedby={hint ? 'password-hint' : undefined}
        />
        <button
          type="button"
          aria-pressed={visible}
          aria-label={visible ? t.hidePassword : t.showPassword}
          title={visible ? t.hidePassword : t.showPassword}
          onClick={() => setVisible(!visible)}
        >
          <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
            <path d="M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12Z" />
            <circle cx="12" cy="12" r="2.8" />
            {visible && <path d="m4 4 16 16" />}
          </svg>
        </button>
      </div>
      {hint && (
        <p id="password-hint" class="hint">
          {hint}
        </p>
      )}
    </>
  );
};
