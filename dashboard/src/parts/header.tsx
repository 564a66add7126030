import { useEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from '../api.ts';
import { due, dueOn, loadDue } from '../due.ts';
import { explain } from '../explain.ts';
import { t } from '../language.ts';
import { account, type Page, pages } from '../pages/index.ts';
import { follow, hrefOf, routeTo } from '../route.ts';
import { may, signOut } from '../session.ts';
import { siteOf, sites } from '../sites.ts';
import { ofSite, show, view } from '../view.ts';
import { Brand } from './brand.tsx';
import { Count } from './count.tsx';

/** The bar at the top: where you are, what else there is, who you are, the way out. */
export const Header = ({ email, page }: { email: string; page: Page }) => {
  const [failure, setFailure] = useState<Failure>();
  const known = sites.value ?? [];
  const site = siteOf(known, view.value.site);
  return (
    <header>
      <Brand />
      {pages.length > 1 && <Pages current={page} site={site?.id} />}
      {known.length > 1 && site && (
        <label class="picker">
          <span class="unseen">{t.site}</span>
          <select value={site.id} onChange={(event) => show(ofSite(event.currentTarget.value))}>
            {known.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <div class="own">
        <a
          class="who"
          href={hrefOf(routeTo(account.path))}
          title={account.name}
          aria-current={page === account ? 'page' : undefined}
          onClick={(event) => follow(event, routeTo(account.path))}
        >
          {email}
        </a>
        <button type="button" class="quiet" onClick={async () => setFailure(await signOut())}>
          {t.signOut}
        </button>
      </div>
      <div role="alert">{failure && <p class="refusal">{explain(failure)}</p>}</div>
    </header>
  );
};

const isInBar = (page: Page) => page !== account && !page.within && (!page.needs || may(page.needs));

/** What is due on a page and on those that it leads to. */
const sum = (path: string, site: string | undefined): number =>
  pages.filter((page) => page.path === path || page.within === path).reduce((n, page) => n + dueOn(page.path, site), 0);

const Pages = ({ current, site }: { current: Page; site: string | undefined }) => {
  const bar = useRef<HTMLElement>(null);
  // On a phone the bar is wider than the screen.
  useEffect(
    () => bar.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' }),
    [current, due.value],
  );
  useEffect(() => void loadDue(), [current]);
  return (
    <nav class="pages" aria-label={t.pages} ref={bar}>
      {pages.filter(isInBar).map(({ path, name }) => (
        <a
          key={path}
          href={hrefOf(routeTo(path))}
          aria-current={path === current.path ? 'page' : path === current.within ? 'true' : undefined}
          onClick={(event) => follow(event, routeTo(path))}
        >
          {name}
          <Count of={sum(path, site)} />
        </a>
      ))}
    </nav>
  );
};
