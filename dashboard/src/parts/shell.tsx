import { useEffect, useRef } from 'preact/hooks';
import { due } from '../due.ts';
import { failure } from '../failure.ts';
import { pages } from '../pages/index.ts';
import { route } from '../route.ts';
import { sites } from '../sites.ts';
import { Header } from './header.tsx';

/** What is around every page of those who are signed in. */
export const Shell = ({ email, arrived }: { email: string; arrived: boolean }) => {
  const page = pages.find(({ path }) => path === route.value.page) ?? pages[0];
  const first = useRef(page);
  useEffect(
    () => () => {
      // The next user of this browser sees none of it.
      sites.value = undefined;
      failure.value = undefined;
      due.value = [];
    },
    [],
  );
  return (
    <>
      <Header email={email} page={page} />
      <page.Content key={page.path} arrived={arrived || page !== first.current} />
    </>
  );
};
