import { useEffect, useState } from 'preact/hooks';
import type { Suspension } from '../../../schemas/types.gen.ts';
import { call } from '../api.ts';
import { format, t } from '../language.ts';
import { follow, hrefOf, routeTo } from '../route.ts';

interface Props {
  site: string;
  /** Leads to where it can be mended, unless that is here. */
  elsewhere?: boolean;
}

/** Services that are held back because what their transfers rest on has ended, and those that soon will be. */
export const Suspensions = ({ site, elsewhere }: Props) => {
  const [found, setFound] = useState<Suspension[]>([]);
  useEffect(() => {
    let current = true;
    // Beside the page's own contents, which tell when the server does not answer.
    void call<Suspension[]>('GET', `sites/${site}/suspensions`).then((answer) => {
      if (current && answer.ok) setFound(answer.value);
    });
    return () => {
      current = false;
    };
  }, [site]);
  if (found.length === 0) return null;
  const to = routeTo('notice');
  return (
    <section class="card suspensions" aria-label={t.suspensions.title}>
      <h2>{t.suspensions.title}</h2>
      <ul>
        {found.map((one) => (
          <li key={one.service} class={one.suspended ? 'fault' : undefined}>
            <strong>
              <bdi>{one.name}</bdi>
            </strong>{' '}
            {(one.suspended ? t.suspensions.ended : t.suspensions.ending(one.days))(
              format.country(one.country),
              one.act,
              format.date(one.last),
            )}
          </li>
        ))}
      </ul>
      <p class="muted">
        {t.suspensions.mend}{' '}
        {elsewhere && (
          <a href={hrefOf(to)} onClick={(event) => follow(event, to)}>
            {t.suspensions.open}
          </a>
        )}
      </p>
    </section>
  );
};
