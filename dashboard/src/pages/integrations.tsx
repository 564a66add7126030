import { useEffect, useState } from 'preact/hooks';
import type { Integration, Notice, Service, Site } from '../../../schemas/types.gen.ts';
import { call } from '../api.ts';
import { accept, failure } from '../failure.ts';
import { t } from '../language.ts';
import { Heading } from '../parts/heading.tsx';
import { Connect } from '../parts/integrations/connect.tsx';
import { Connected } from '../parts/integrations/connected.tsx';
import { NoSites } from '../parts/no-sites.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { may } from '../session.ts';
import { loadSites, siteOf, sites } from '../sites.ts';
import { view } from '../view.ts';

/** The systems that are told what a site's visitors decided. */
export const IntegrationsPage = ({ arrived }: { arrived: boolean }) => {
  const load = () => void loadSites();
  useEffect(load, []);
  const known = sites.value;
  const site = known && siteOf(known, view.value.site);
  return (
    <main class="wide">
      <Heading title={t.integrationsPage.title} site={site} arrived={arrived} />
      {site && <Content key={site.id} site={site} />}
      {known?.length === 0 && <NoSites />}
      {!known && (failure.value ? <Problem failure={failure.value} retry={load} /> : <Skeleton label={t.loading} />)}
    </main>
  );
};

const Content = ({ site }: { site: Site }) => {
  const [list, setList] = useState<Integration[]>();
  const [services, setServices] = useState<Service[]>();
  const load = async () => {
    const [integrations, notice] = await Promise.all([
      call<Integration[]>('GET', `sites/${site.id}/integrations`),
      call<Notice>('GET', `sites/${site.id}/notices/${site.notice}`),
    ]);
    if (accept(integrations) && accept(notice)) {
      setList(integrations.value);
      setServices(notice.value.services ?? []);
    }
  };
  useEffect(() => void load(), [site.notice]);
  if (!list || !services) {
    return failure.value ? <Problem failure={failure.value} retry={load} /> : <Skeleton label={t.loading} />;
  }
  return (
    <>
      <p class="muted">{t.integrationsPage.lead}</p>
      {list.map((one) => (
        <Connected
          key={one.id}
          site={site}
          integration={one}
          services={services}
          changed={(next) => setList(list.map((other) => (other.id === next.id ? next : other)))}
          removed={() => setList(list.filter(({ id }) => id !== one.id))}
        />
      ))}
      {list.length === 0 && <p>{t.integrationsPage.none}</p>}
      {may('change the site', site.id) && (
        <Connect site={site} services={services} done={(made) => setList([...list, made])} />
      )}
    </>
  );
};
