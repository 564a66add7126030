import { useEffect, useRef, useState } from 'preact/hooks';
import type { Notice, Service } from '../../../../schemas/types.gen.ts';
import { edit, findings } from '../../draft.ts';
import { t } from '../../language.ts';
import { catalogue, search } from '../../materials.ts';
import { route } from '../../route.ts';
import { Choice, TextField } from './fields.tsx';

/** The third parties that visitors are told of. */
export const Services = ({ notice }: { notice: Notice }) => {
  const services = notice.services ?? [];
  const change = (i: number, members: Partial<Service>) =>
    edit({ services: services.map((service, at) => (at === i ? { ...service, ...members } : service)) });
  return (
    <fieldset>
      <legend>{t.noticePage.services}</legend>
      <AddService taken={services.map(({ id }) => id)} add={(service) => edit({ services: [...services, service] })} />
      {services.map((service, i) => (
        <ServiceFields
          key={service.id}
          at={`/services/${i}`}
          service={service}
          purposes={purposesOf(notice)}
          change={(members) => change(i, members)}
          remove={() => edit({ services: services.filter((_, at) => at !== i) })}
        />
      ))}
    </fieldset>
  );
};

/** Ids of what is asked for. */
export const purposesOf = ({ purposes }: Notice): string[] => {
  const ids = (purposes ?? []).map(({ id }) => id).filter((id) => id !== 'essential');
  return ids.length ? ids : ['analytics', 'marketing'];
};

/** An id as the contract wants it. */
export const idOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 40);

const AddService = ({ taken, add }: { taken: string[]; add: (service: Service) => void }) => {
  const [words, setWords] = useState('');
  const found = search(catalogue.value, words).filter(({ id }) => !taken.includes(id));
  const own = idOf(words);
  const take = (service: Service) => {
    add(service);
    setWords('');
  };
  return (
    <div class="field">
      <label for="service-search">{t.noticePage.find}</label>
      <input id="service-search" type="search" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
      <ul class="matches">
        {found.map((service) => (
          <li key={service.id}>
            <button type="button" class="quiet" onClick={() => take({ id: service.id })}>
              {t.noticePage.add(service.name || service.id)} <span class="muted">{service.provider}</span>
            </button>
          </li>
        ))}
        {own && !taken.includes(own) && (
          <li>
            <button
              type="button"
              class="quiet"
              onClick={() => take({ id: own, name: words.trim(), purpose: 'marketing' })}
            >
              {t.noticePage.byHand(words.trim())}
            </button>
          </li>
        )}
      </ul>
    </div>
  );
};

interface ServiceProps {
  at: string;
  service: Service;
  purposes: string[];
  change: (members: Partial<Service>) => void;
  remove: () => void;
}

const ServiceFields = ({ at, service, purposes, change, remove }: ServiceProps) => {
  const known = catalogue.value.find(({ id }) => id === service.id);
  const purpose = service.purpose || known?.purpose || 'marketing';
  const faulty = findings.value.some(({ pointer, severity }) => severity === 'error' && pointer.startsWith(`${at}/`));
  const text = (member: 'name' | 'provider' | 'retention' | 'country' | 'policy') => (
    <TextField
      pointer={`${at}/${member}`}
      label={t.noticePage[member]}
      value={service[member] ?? ''}
      placeholder={known?.[member]}
      onChange={(value) => change({ [member]: value })}
    />
  );
  const list = (member: 'hosts' | 'cookies' | 'storage') => (
    <TextField
      pointer={`${at}/${member}`}
      label={t.noticePage[member]}
      value={(service[member] ?? []).join(' ')}
      placeholder={(known?.[member] ?? []).join(' ')}
      onChange={(value) =>
        change({ [member]: value.split(' ').filter((item, i, all) => item || i === all.length - 1) })
      }
    />
  );
  // Only at first: it must not close under the hands of who mends it.
  const wanted = new URLSearchParams(route.value.search).get('service') === service.id;
  const [open] = useState(faulty || !known || wanted);
  const summary = useRef<HTMLElement>(null);
  useEffect(() => {
    if (wanted) summary.current?.focus();
  }, []);
  return (
    <details class="service" open={open}>
      <summary ref={summary}>
        {service.name || known?.name || service.id} <span class="muted">{t.purposes[purpose] ?? purpose}</span>
      </summary>
      <div class="abreast">
        {text('name')}
        <Choice
          pointer={`${at}/purpose`}
          label={t.noticePage.purpose}
          value={purpose}
          options={Object.fromEntries([...purposes, 'essential'].map((id) => [id, t.purposes[id] ?? id]))}
          onChange={(value) => change({ purpose: value })}
        />
        {text('provider')}
        {text('policy')}
        {text('retention')}
        {text('country')}
        <Choice
          pointer={`${at}/safeguard`}
          label={t.noticePage.safeguard}
          value={service.safeguard ?? ''}
          options={{ ...t.processingPage.safeguards, '': t.processingPage.safeguards[known?.safeguard ?? ''] }}
          onChange={(safeguard) => change({ safeguard })}
        />
      </div>
      {list('hosts')}
      {list('cookies')}
      {list('storage')}
      <button type="button" class="quiet" onClick={remove}>
        {t.noticePage.remove(service.name || known?.name || service.id)}
      </button>
    </details>
  );
};
