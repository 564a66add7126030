import { useEffect, useState } from 'preact/hooks';
import { t } from '../language.ts';
import { hrefOf, route } from '../route.ts';
import { provider } from '../session.ts';

const codeIn = (search: string): string | null => new URLSearchParams(search).get('sign-in');

/** The way in by a provider, where the server has one, and why the last attempt at it led back here. */
export const SingleSignOn = () => {
  const [code] = useState(() => codeIn(route.value.search));
  useEffect(() => {
    if (!code) return;
    route.value = { page: route.value.page, search: '' };
    history.replaceState(null, '', hrefOf(route.value) + location.hash); // A reload is no second failure.
  }, [code]);
  if (!provider.value) return null;
  const to = codeIn(route.value.search) ? '' : hrefOf(route.value);
  return (
    <div class="single-sign-on">
      <div role="alert">{code && <p class="refusal">{t.signIn.failed[code] ?? t.signIn.failed.failed}</p>}</div>
      <a class="quiet" href={`/v1/admin/single-sign-on?${new URLSearchParams({ to })}`}>
        {t.signIn.with(provider.value)}
      </a>
      <p class="or">{t.signIn.or}</p>
    </div>
  );
};
