import { useState } from 'preact/hooks';
import type { ConnectedIntegration, Integration, Service, Site } from '../../../../schemas/types.gen.ts';
import { call } from '../../api.ts';
import { t } from '../../language.ts';
import { follow, hrefOf, routeTo } from '../../route.ts';
import { Code } from '../code.tsx';
import { Form } from './form.tsx';

interface Props {
  site: Site;
  services: Service[];
  done: (made: Integration) => void;
}

/** Connects a system to a service, and shows the secret once. */
export const Connect = ({ site, services, done }: Props) => {
  const texts = t.integrationsPage;
  const [made, setMade] = useState<ConnectedIntegration>();
  const choice = services.filter(({ purpose, provider, country }) => purpose !== 'essential' && provider && country);
  return (
    <section class="card integration">
      <h2>{texts.connect}</h2>
      <div role="status">
        {made && (
          <>
            <p>{texts.secret(made.integration.name)}</p>
            <Code text={made.secret} label={texts.secret(made.integration.name)} />
          </>
        )}
      </div>
      {choice.length === 0 ? (
        <p>
          {texts.noServices}{' '}
          <a href={hrefOf(routeTo('notice'))} onClick={(event) => follow(event, routeTo('notice'))}>
            {texts.toNotice}
          </a>
        </p>
      ) : (
        <>
          <p class="muted">{texts.connectLead}</p>
          <Form
            key={made?.integration.id ?? ''}
            site={site}
            services={choice}
            submit={texts.submit}
            send={async (wish) => {
              const answer = await call<ConnectedIntegration>('POST', `sites/${site.id}/integrations`, wish);
              if (answer.ok) {
                setMade(answer.value);
                done(answer.value.integration);
              }
              return answer;
            }}
          />
        </>
      )}
    </section>
  );
};
