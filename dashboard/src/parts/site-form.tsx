import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Site, SiteChange } from '../../../schemas/types.gen.ts';
import { call, type Failure } from '../api.ts';
import { explain } from '../explain.ts';
import { t } from '../language.ts';
import { keep } from '../sites.ts';

interface Props {
  /** The site to change; undefined for a new one. */
  site?: Site;
  submit: string;
  done: (site: Site) => void;
}

/** Name, origins, time zone of a site, and how long ahead it announces. */
export const SiteForm = ({ site, submit, done }: Props) => {
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || !form.current) return;
    setBusy(true);
    const answer = await (site
      ? call<Site>('PATCH', `sites/${site.id}`, changeOf(form.current))
      : call<Site>('POST', 'sites', changeOf(form.current)));
    setBusy(false);
    setFailure(answer.ok ? undefined : answer.failure);
    if (!answer.ok) return focusFaulty(form.current, answer.failure);
    keep(answer.value);
    done(answer.value);
  };

  return (
    <form ref={form} onSubmit={onSubmit}>
      <div role="alert">{failure && !faultsOf(failure).length && <p class="refusal">{explain(failure)}</p>}</div>
      <Field name="name" label={t.sitePage.name} failure={failure}>
        {(props) => <input {...props} defaultValue={site?.name} required maxLength={200} />}
      </Field>
      <Field name="origins" label={t.sitePage.origins} hint={t.sitePage.originsHint} failure={failure}>
        {(props) => (
          <textarea {...props} defaultValue={site?.origins.join('\n')} required rows={3} spellcheck={false} dir="ltr" />
        )}
      </Field>
      <Field name="timeZone" label={t.sitePage.zone} hint={t.sitePage.zoneHint} failure={failure}>
        {(props) => (
          <select {...props}>
            {zones(site?.timeZone).map((zone) => (
              <option key={zone} selected={zone === (site ? site.timeZone || 'UTC' : here)}>
                {zone}
              </option>
            ))}
          </select>
        )}
      </Field>
      {site && (
        <Field name="announceDays" label={t.sitePage.announce} hint={t.sitePage.announceHint} failure={failure}>
          {(props) => (
            <input {...props} type="number" min={1} max={365} defaultValue={String(site.announceDays ?? 30)} />
          )}
        </Field>
      )}
      <button class="primary" type="submit" aria-disabled={busy}>
        {submit}
      </button>
    </form>
  );
};

interface Control {
  id: string;
  name: string;
  'aria-invalid': 'true' | undefined;
  'aria-describedby': string;
}

interface FieldProps {
  name: keyof SiteChange;
  label: string;
  hint?: string;
  failure: Failure | undefined;
  children: (control: Control) => ComponentChildren;
}

// What is wrong stands under the field that it is wrong in.
const Field = ({ name, label, hint, failure, children }: FieldProps) => {
  const faulty = failure && faultsOf(failure).includes(`/${name}`);
  const id = `site-${name}`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, name, 'aria-invalid': faulty ? 'true' : undefined, 'aria-describedby': `${id}-hint` })}
      <p id={`${id}-hint`} class={faulty ? 'fault' : 'hint'}>
        {faulty ? t.sitePage.faults[`/${name}`] : hint}
      </p>
    </div>
  );
};

const here = new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

const zones = (own = 'UTC'): string[] =>
  [...new Set(['UTC', own || 'UTC', here, ...Intl.supportedValuesOf('timeZone')])].sort();

// A fault in one of several origins is told of that origin.
const faultsOf = (failure: Failure): string[] =>
  failure.kind === 'http'
    ? failure.pointers.map((pointer) => `/${pointer.split('/')[1]}`).filter((member) => member in t.sitePage.faults)
    : [];

const changeOf = (form: HTMLFormElement): SiteChange => {
  const data = new FormData(form);
  const origins = String(data.get('origins')).split(/\s+/).filter(Boolean);
  const days = Number(data.get('announceDays'));
  return {
    name: String(data.get('name')),
    origins,
    timeZone: String(data.get('timeZone')),
    ...(days && { announceDays: days }),
  };
};

const focusFaulty = (form: HTMLFormElement, failure: Failure): void => {
  const field = form.elements.namedItem(faultsOf(failure)[0]?.slice(1) ?? '');
  if (field instanceof HTMLElement) field.focus();
};
