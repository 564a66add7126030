import { useState } from 'preact/hooks';
import type { Site } from '../../../schemas/types.gen.ts';
import type { Failure } from '../api.ts';
import { explain } from '../explain.ts';
import { t } from '../language.ts';
import { signOut } from '../session.ts';
import { show, view } from '../view.ts';
import { Brand } from './brand.tsx';

interface Props {
  email: string;
  sites: Site[];
  site: Site | undefined;
}

/** The bar at the top: where you are, who you are, the way out. */
export const Header = ({ email, sites, site }: Props) => {
  const [failure, setFailure] = useState<Failure>();
  return (
    <header>
      <Brand />
      {sites.length > 1 && site && (
        <label class="picker">
          <span class="unseen">{t.site}</span>
          <select value={site.id} onChange={(event) => show({ ...view.value, site: event.currentTarget.value })}>
            {sites.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <span class="who">{email}</span>
      <button type="button" class="quiet" onClick={async () => setFailure(await signOut())}>
        {t.signOut}
      </button>
      <div role="alert">{failure && <p class="refusal">{explain(failure)}</p>}</div>
    </header>
  );
};
