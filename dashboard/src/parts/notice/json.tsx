import { useState } from 'preact/hooks';
import type { Notice } from '../../../../schemas/types.gen.ts';
import { edit, findings } from '../../draft.ts';
import { t } from '../../language.ts';
import { said, tongueOf } from '../../said.ts';

/** The draft as it is stored, for those who know the contract. */
export const JsonTab = ({ notice }: { notice: Notice }) => {
  const [text, setText] = useState(JSON.stringify(notice, null, 2));
  const [broken, setBroken] = useState('');
  const take = (next: string) => {
    setText(next);
    try {
      const read = JSON.parse(next) as Notice;
      setBroken('');
      // Members that are gone here are to be gone there.
      edit({ ...Object.fromEntries(Object.keys(notice).map((name) => [name, undefined])), ...read });
    } catch (error) {
      setBroken(String(error instanceof Error ? error.message : error));
    }
  };
  return (
    <fieldset>
      <legend>{t.noticePage.json}</legend>
      <textarea
        class="json"
        aria-label={t.noticePage.json}
        aria-invalid={broken ? 'true' : undefined}
        spellcheck={false}
        dir="ltr"
        rows={24}
        value={text}
        onInput={(event) => take(event.currentTarget.value)}
      />
      <div role="alert">{broken && <p class="fault">{broken}</p>}</div>
      <ul>
        {findings.value
          .filter(({ severity }) => severity === 'error')
          .map((finding) => (
            <li key={finding.pointer} class="fault">
              <code>{finding.pointer}</code> <span lang={tongueOf(finding)}>{said(finding)}</span>
            </li>
          ))}
      </ul>
    </fieldset>
  );
};
