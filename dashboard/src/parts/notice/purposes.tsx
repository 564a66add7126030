import { useState } from 'preact/hooks';
import type { Notice } from '../../../../schemas/types.gen.ts';
import { edit } from '../../draft.ts';
import { t } from '../../language.ts';
import { idOf, purposesOf } from './services.tsx';

const usual = ['functional', 'analytics', 'marketing'];

/** What visitors are asked for. */
export const Purposes = ({ notice }: { notice: Notice }) => {
  const [name, setName] = useState('');
  const chosen = purposesOf(notice);
  const id = idOf(name);
  const all = [...new Set([...usual, ...chosen])];
  const choose = (ids: string[]) => edit({ purposes: ids.map((one) => ({ id: one })) });
  return (
    <fieldset>
      <legend>{t.noticePage.purposes}</legend>
      {all.map((one) => (
        <label key={one} class="tick">
          <input
            type="checkbox"
            checked={chosen.includes(one)}
            disabled={chosen.length === 1 && chosen.includes(one)}
            onChange={(event) =>
              choose(all.filter((other) => (other === one ? event.currentTarget.checked : chosen.includes(other))))
            }
          />
          {t.purposes[one] ?? one}
        </label>
      ))}
      <div class="beside">
        <input
          aria-label={t.noticePage.ownPurpose}
          placeholder={t.noticePage.ownPurpose}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button
          type="button"
          class="quiet"
          aria-disabled={!id || all.includes(id)}
          onClick={() => {
            if (!id || all.includes(id)) return;
            choose([...chosen, id]);
            setName('');
          }}
        >
          {t.noticePage.addPurpose}
        </button>
      </div>
      <p class="hint">{t.noticePage.ownPurposeHint}</p>
    </fieldset>
  );
};
