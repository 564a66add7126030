import { useEffect, useState } from 'preact/hooks';
import type { Notice, Service, Sighted, ThirdParties } from '../../../../schemas/types.gen.ts';
import { call } from '../../api.ts';
import { edit } from '../../draft.ts';
import { accept } from '../../failure.ts';
import { format, t } from '../../language.ts';
import { idOf, purposesOf } from './services.tsx';

/** Third parties that visitors' browsers met and that the draft does not name yet, each with a way into it. */
export const SightedHosts = ({ site, notice }: { site: string; notice: Notice }) => {
  const [sighted, setSighted] = useState<Sighted[]>([]);
  useEffect(() => {
    void call<ThirdParties>('GET', `sites/${site}/sightings`).then((answer) => {
      if (accept(answer)) setSighted(answer.value.sighted);
    });
  }, [site]);
  const services = notice.services ?? [];
  const missing = missingFrom(services, sighted);
  if (missing.length === 0) return null;
  const take = (service: Service) => edit({ services: [...services, service] });
  return (
    <fieldset>
      <legend>{t.noticePage.sighted}</legend>
      <p class="hint">{t.noticePage.sightedHint}</p>
      <ul class="sighted">
        {missing.map((row) => (
          <li key={row.host}>
            <div>
              <strong>{row.name || <bdi>{row.host}</bdi>}</strong>{' '}
              <span class="muted">{t.noticePage.seenOn(format.number(row.pages))}</span>
            </div>
            {row.service ? (
              <button type="button" class="quiet" onClick={() => take({ id: row.service })}>
                {t.noticePage.add(row.name)}
              </button>
            ) : (
              purposesOf(notice).map((purpose) => (
                <button
                  key={purpose}
                  type="button"
                  class="quiet"
                  aria-label={t.noticePage.addAs(row.host, t.purposes[purpose] ?? purpose)}
                  onClick={() => take({ id: freeId(services, row.host), name: row.host, purpose, hosts: [row.host] })}
                >
                  {t.noticePage.as(t.purposes[purpose] ?? purpose)}
                </button>
              ))
            )}
          </li>
        ))}
      </ul>
    </fieldset>
  );
};

/** What no service of the draft covers: one row for each service of the catalogue, one for each unknown host. */
export const missingFrom = (services: Service[], sighted: Sighted[]): Sighted[] => {
  const rows = new Map<string, Sighted>();
  for (const row of sighted) {
    const key = row.service || row.host;
    const named = services.some(
      ({ id, hosts }) => id === row.service || (hosts ?? []).some((host) => covers(host, row.host)),
    );
    if (row.host === '*' || named) continue;
    rows.set(key, { ...row, pages: row.pages + (rows.get(key)?.pages ?? 0) });
  }
  return [...rows.values()];
};

const covers = (pattern: string, host: string): boolean => {
  const [name = ''] = pattern.split(/[/:]/);
  return name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name;
};

const freeId = (services: Service[], host: string): string => {
  const id = idOf(host.replace(/^www\./, '')) || 'host';
  return services.some((service) => service.id === id) ? `${id.slice(0, 36)}-${services.length}` : id;
};
