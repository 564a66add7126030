import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Integration, IntegrationSample, IntegrationWish, Service, Site } from '../../../../schemas/types.gen.ts';
import { call, type Failure, type Result } from '../../api.ts';
import { explain } from '../../explain.ts';
import { format, t } from '../../language.ts';
import { Code } from '../code.tsx';

type SharedField = NonNullable<IntegrationWish['fields']>[number];

export const sharedFields = Object.keys(t.integrationsPage.fields) as SharedField[];

interface Props {
  site: Site;
  /** Those that may be chosen. */
  services: Service[];
  /** The one to change; undefined for a new one. */
  integration?: Integration;
  submit: string;
  send: (wish: IntegrationWish) => Promise<Result<unknown>>;
  /** Goes back without doing anything, where there is somewhere to go back to. */
  cancel?: () => void;
}

/** What an integration is to be. It can be sent once what it would share was seen. */
export const Form = ({ site, services, integration, submit, send, cancel }: Props) => {
  const texts = t.integrationsPage;
  const [failure, setFailure] = useState<Failure>();
  const [sample, setSample] = useState<IntegrationSample>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const id = integration?.id ?? 'new';

  const ask = async <T,>(question: (wish: IntegrationWish) => Promise<Result<T>>): Promise<T | undefined> => {
    if (busy || !form.current) return undefined;
    setBusy(true);
    const answer = await question(wishOf(form.current, integration));
    setBusy(false);
    setFailure(answer.ok ? undefined : answer.failure);
    if (answer.ok) return answer.value;
    focusFaulty(form.current, answer.failure);
    return undefined;
  };
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!sample) {
      setSample(await ask((wish) => call<IntegrationSample>('POST', `sites/${site.id}/integrations/preview`, wish)));
    } else {
      await ask(send);
    }
  };
  const field = (
    name: keyof IntegrationWish,
    label: string,
    hint: string,
    control: (props: Control) => ComponentChildren,
  ) => (
    <Field id={`${id}-${name}`} name={name} label={label} hint={hint} failure={failure}>
      {control}
    </Field>
  );
  return (
    <form ref={form} onSubmit={onSubmit} onInput={() => setSample(undefined)} aria-label={submit}>
      <div role="alert">
        {failure && faultsOf(failure).length === 0 && <p class="refusal">{explain(failure, { 422: texts.full })}</p>}
      </div>
      {!integration &&
        field('service', texts.facts.service, '', (props) => (
          <select {...props}>
            {services.map(({ id, name }) => (
              <option key={id} value={id}>
                {name || id}
              </option>
            ))}
          </select>
        ))}
      {field('name', texts.name, '', (props) => (
        <input {...props} defaultValue={integration?.name} required maxLength={100} autocomplete="off" />
      ))}
      {field('address', texts.address, texts.addressHint, (props) => (
        <input
          {...props}
          type="url"
          defaultValue={integration?.address}
          required
          maxLength={2048}
          dir="ltr"
          autocomplete="off"
        />
      ))}
      {field('description', texts.use, texts.useHint, (props) => (
        <textarea {...props} defaultValue={integration?.description} rows={2} maxLength={1000} />
      ))}
      <fieldset class="choices">
        <legend>{texts.share}</legend>
        {sharedFields.map((one) => (
          <label class="tick" key={one}>
            <input
              type="checkbox"
              name="fields"
              value={one}
              defaultChecked={integration?.fields.includes(one) ?? false}
            />
            {texts.fields[one]}
          </label>
        ))}
      </fieldset>
      <label class="tick">
        <input type="checkbox" name="requests" defaultChecked={integration?.requests ?? false} />
        {texts.hears}
      </label>
      <div role="status">{sample && <Sample sample={sample} />}</div>
      <div class="buttons">
        <button class={sample ? 'primary' : 'quiet'} type="submit" aria-disabled={busy}>
          {sample ? submit : texts.preview}
        </button>
        {cancel && (
          <button class="quiet" type="button" onClick={cancel}>
            {texts.cancel}
          </button>
        )}
      </div>
    </form>
  );
};

const Sample = ({ sample: { body, service } }: { sample: IntegrationSample }) => {
  const texts = t.integrationsPage;
  return (
    <>
      <h3>{texts.sample}</h3>
      <p>
        {texts.sampleWith(service.provider ?? texts.untold, format.country(service.country ?? ''))}{' '}
        {service.safeguard && texts.sampleSafeguard(t.processingPage.safeguards[service.safeguard])}
      </p>
      <Code text={JSON.stringify(JSON.parse(body), null, 2)} label={texts.sample} />
    </>
  );
};

interface Control {
  id: string;
  name: string;
  'aria-invalid': 'true' | undefined;
  'aria-describedby': string;
}

interface FieldProps {
  id: string;
  name: string;
  label: string;
  hint: string;
  failure: Failure | undefined;
  children: (control: Control) => ComponentChildren;
}

const Field = ({ id, name, label, hint, failure, children }: FieldProps) => {
  const faulty = failure && faultsOf(failure).includes(`/${name}`);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, name, 'aria-invalid': faulty ? 'true' : undefined, 'aria-describedby': `${id}-hint` })}
      <p id={`${id}-hint`} class={faulty ? 'fault' : 'hint'}>
        {faulty ? t.integrationsPage.faults[`/${name}`] : hint}
      </p>
    </div>
  );
};

const faultsOf = (failure: Failure): string[] =>
  failure.kind === 'http'
    ? failure.pointers
        .map((pointer) => `/${pointer.split('/')[1]}`)
        .filter((member) => member in t.integrationsPage.faults)
    : [];

const focusFaulty = (form: HTMLFormElement, failure: Failure): void => {
  const field = form.elements.namedItem(faultsOf(failure)[0]?.slice(1) ?? '');
  if (field instanceof HTMLElement) field.focus();
};

const wishOf = (form: HTMLFormElement, integration: Integration | undefined): IntegrationWish => {
  const data = new FormData(form);
  return {
    name: String(data.get('name')),
    address: String(data.get('address')),
    service: integration?.service ?? String(data.get('service')),
    description: String(data.get('description')),
    fields: data.getAll('fields') as SharedField[],
    requests: data.has('requests'),
  };
};
