import { signal } from '@preact/signals';

/** Where in the dashboard one is, kept in the address so that a reload, Back and a shared link show the same. */
export interface Route {
  /** What follows /dashboard/: empty for the rates. */
  page: string;
  /** What the page shows, from the question mark on; `site` in it is understood by all pages. */
  search: string;
}

const root = '/dashboard/';

export const parseRoute = ({ pathname, search }: { pathname: string; search: string }): Route => ({
  page: pathname.startsWith(root) ? pathname.slice(root.length) : '',
  search,
});

export const hrefOf = ({ page, search }: Route): string => `${root}${page}${search}`;

export const route = signal<Route>(parseRoute(globalThis.location ?? { pathname: root, search: '' }));

/** The route to another page about the same site. */
export const routeTo = (page: string): Route => {
  const site = new URLSearchParams(route.value.search).get('site');
  return { page, search: site ? `?${new URLSearchParams({ site })}` : '' };
};

/** Where a site is made. */
export const newSite: Route = { page: 'site', search: '?new' };

/** Goes somewhere and makes it an entry of the history. */
export const go = (to: Route): void => {
  history.pushState(null, '', hrefOf(to));
  route.value = to;
};

/** What a link does on a click: a plain one stays in the page, any other is the browser's. */
export const follow = (event: MouseEvent, to: Route): void => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(to);
};

globalThis.addEventListener?.('popstate', () => {
  route.value = parseRoute(location);
});
