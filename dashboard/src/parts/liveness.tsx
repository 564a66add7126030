import { useEffect, useState } from 'preact/hooks';
import type { Presence, Site } from '../../../schemas/types.gen.ts';
import { call } from '../api.ts';
import { autoRefresh } from '../autorefresh.ts';
import { accept } from '../failure.ts';
import { format, t } from '../language.ts';

/** Whether the script runs on the site's pages, as they tell themselves. */
export const Liveness = ({ site }: { site: Site }) => {
  const [heard, setHeard] = useState<Presence>();
  useEffect(() => {
    const ask = async () => {
      const answer = await call<Presence>('GET', `sites/${site.id}/presence`);
      if (accept(answer)) setHeard((before) => later(before, answer.value));
    };
    void ask();
    return autoRefresh(() => void ask());
  }, [site.id]);
  const page = site.origins.find((origin) => !origin.includes('*'));
  return (
    <section class="card">
      <h2>{t.sitePage.live}</h2>
      <p role="status" class={heard?.at || heard?.decidedAt ? 'live' : ''}>
        {said(heard)}
      </p>
      {!heard?.at && <p class="muted">{t.sitePage.how}</p>}
      {page && (
        <p>
          <a href={`${page}/?assent-check`} target="_blank" rel="noreferrer">
            {t.sitePage.check(page)}
          </a>{' '}
          <span class="muted">{t.sitePage.checkHint}</span>
        </p>
      )}
    </section>
  );
};

// Each of several servers has heard something else.
const later = (before: Presence | undefined, now: Presence): Presence =>
  before?.at && before.at > (now.at ?? '') ? { ...now, at: before.at, origin: before.origin ?? '' } : now;

const said = (heard: Presence | undefined): string => {
  if (!heard) return t.sitePage.checking;
  const spoke = heard.at && heard.origin ? t.sitePage.spoke(heard.origin, format.instant(heard.at)) : '';
  const decided = heard.decidedAt ? t.sitePage.decided(format.instant(heard.decidedAt)) : '';
  return [spoke, decided].filter(Boolean).join(' ') || t.sitePage.silent;
};
