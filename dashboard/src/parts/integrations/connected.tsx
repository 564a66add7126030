import { useState } from 'preact/hooks';
import type { Attempt, ConnectedIntegration, Integration, Service, Site } from '../../../../schemas/types.gen.ts';
import { call, type Failure, type Result } from '../../api.ts';
import { explain } from '../../explain.ts';
import { format, t } from '../../language.ts';
import { expire, isSignedOut, may } from '../../session.ts';
import { Code } from '../code.tsx';
import { Confirm } from '../confirm.tsx';
import { Deliveries, inWords } from './deliveries.tsx';
import { Form, sharedFields } from './form.tsx';

interface Props {
  site: Site;
  integration: Integration;
  services: Service[];
  changed: (next: Integration) => void;
  removed: () => void;
}

/** One system: what it is told, and what may be done with it. */
export const Connected = ({ site, integration, services, changed, removed }: Props) => {
  const texts = t.integrationsPage;
  const [failure, setFailure] = useState<Failure>();
  const [secret, setSecret] = useState('');
  const [tried, setTried] = useState<Attempt>();
  const [doing, setDoing] = useState<'testing' | 'changing'>();
  const path = `sites/${site.id}/integrations/${integration.id}`;
  const noted = <T,>(answer: Result<T>): answer is { ok: true; value: T } => {
    setFailure(answer.ok ? undefined : answer.failure);
    if (!answer.ok && isSignedOut(answer.failure)) expire();
    return answer.ok;
  };
  const turn = async () => {
    const answer = await call<Integration>('PUT', `${path}/state`, {
      state: integration.state === 'on' ? 'off' : 'on',
    });
    if (noted(answer)) changed(answer.value);
  };
  const test = async () => {
    if (doing) return;
    setDoing('testing');
    const answer = await call<Attempt>('POST', `${path}/test`);
    setDoing(undefined);
    if (noted(answer)) setTried(answer.value);
  };
  const renew = async () => {
    const answer = await call<ConnectedIntegration>('POST', `${path}/secret`);
    if (!noted(answer)) return;
    setSecret(answer.value.secret);
    changed(answer.value.integration);
  };
  const remove = async () => {
    if (noted(await call('DELETE', path))) removed();
  };
  return (
    <section class="card integration" aria-label={integration.name}>
      <h2>
        <bdi>{integration.name}</bdi>
        <span class={`standing ${integration.state}`}>{texts.states[integration.state]}</span>
      </h2>
      <p class="muted">{texts.stateLeads[integration.state]}</p>
      {doing === 'changing' ? (
        <Form
          site={site}
          services={services}
          integration={integration}
          submit={texts.save}
          cancel={() => setDoing(undefined)}
          send={async (wish) => {
            const answer = await call<Integration>('PUT', path, wish);
            if (answer.ok) {
              changed(answer.value);
              setDoing(undefined);
            }
            return answer;
          }}
        />
      ) : (
        <>
          <Facts integration={integration} service={services.find(({ id }) => id === integration.service)} />
          {may('change the site', site.id) && (
            <div class="buttons">
              <button type="button" class="quiet" onClick={turn}>
                {integration.state === 'on' ? texts.turnOff : texts.turnOn}
              </button>
              <button type="button" class="quiet" onClick={test} aria-disabled={doing === 'testing'}>
                {doing === 'testing' ? texts.testing : texts.test}
              </button>
              <button type="button" class="quiet" onClick={() => setDoing('changing')}>
                {texts.change}
              </button>
              <Confirm label={texts.renew} really={texts.renewReally} about={integration.name} act={renew} />
              <Confirm label={texts.remove} really={texts.removeReally} about={integration.name} act={remove} />
            </div>
          )}
        </>
      )}
      <div role="alert">
        {failure && <p class="refusal">{explain(failure, { 422: texts.faults['/service'] ?? '' })}</p>}
      </div>
      <div role="status">
        {tried && <p class={tried.reason ? 'failed' : ''}>{inWords(tried)}</p>}
        {secret && (
          <>
            <p>{texts.secret(integration.name)}</p>
            <Code text={secret} label={texts.secret(integration.name)} />
          </>
        )}
      </div>
      {may('read decisions', site.id) && <Deliveries path={path} mayReplay={may('change the site', site.id)} />}
    </section>
  );
};

const Facts = ({ integration, service }: { integration: Integration; service: Service | undefined }) => {
  const texts = t.integrationsPage;
  const shared = sharedFields.filter((one) => integration.fields.includes(one)).map((one) => texts.fields[one]);
  const facts = {
    service: service?.name || integration.service,
    recipient: service ? service.provider || texts.untold : texts.notNamed,
    country: service?.country ? format.country(service.country) : '',
    address: integration.address,
    shared: [texts.always, ...shared].join(', '),
    use: integration.description,
    requests: integration.requests ? texts.hearsWhat : '',
    secret: integration.oldSecretUntil ? texts.secretUntil(format.instant(integration.oldSecretUntil)) : '',
  };
  return (
    <dl class="facts">
      {Object.entries(facts)
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{texts.facts[name as keyof typeof facts]}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
};
