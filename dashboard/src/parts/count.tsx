import { format, t } from '../language.ts';

/** How much waits behind a link, in words for those who do not see it. */
export const Count = ({ of }: { of: number }) =>
  of > 0 ? (
    <>
      {' '}
      <span class="count">
        {format.number(of)} <span class="unseen">{t.dueSoon}</span>
      </span>
    </>
  ) : null;
