import { useEffect, useState } from 'preact/hooks';
import type { LinkingSecret, MadeLinkingSecret, Site, Linking as State } from '../../../schemas/types.gen.ts';
import { call, type Failure, type Result } from '../api.ts';
import { explain } from '../explain.ts';
import { accept } from '../failure.ts';
import { format, t } from '../language.ts';
import { expire, isSignedOut, may } from '../session.ts';
import { loadSites } from '../sites.ts';
import { Code } from './code.tsx';
import { Confirm } from './confirm.tsx';

/** Whether a site's pages may link browsers to its accounts, and the secrets that its server signs with. */
export const Linking = ({ site }: { site: Site }) => {
  const texts = t.linking;
  const [state, setState] = useState<State>();
  const [secret, setSecret] = useState('');
  const [refused, setRefused] = useState<Failure>();
  const path = `sites/${site.id}/linking`;
  const load = async () => {
    const answer = await call<State>('GET', path);
    if (accept(answer)) setState(answer.value);
  };
  useEffect(() => void load(), []);
  if (!state) return null;

  const noted = <T,>(answer: Result<T>): answer is { ok: true; value: T } => {
    setRefused(answer.ok ? undefined : answer.failure);
    if (!answer.ok && isSignedOut(answer.failure)) expire();
    return answer.ok;
  };
  const turn = async () => {
    const answer = await call<State>('PUT', path, { state: state.state === 'on' ? 'off' : 'on' });
    if (!noted(answer)) return;
    setState(answer.value);
    void loadSites(); // Other pages offer more where a site links.
  };
  const make = async () => {
    const answer = await call<MadeLinkingSecret>('POST', `${path}/secret`);
    if (!noted(answer)) return;
    setState(answer.value.linking);
    setSecret(answer.value.secret);
  };
  return (
    <section class="card integration" aria-label={texts.title}>
      <h2>
        {texts.title}
        <span class={`standing ${state.state}`}>{texts.states[state.state]}</span>
      </h2>
      <p>{texts.lead}</p>
      <p class="muted">
        {texts.stateLeads[state.state]} {texts.how}
      </p>
      <Secrets secrets={state.secrets} />
      {may('change the site', site.id) && (
        <div class="buttons">
          {(state.secrets.length > 0 || state.state === 'on') && (
            <button type="button" class="quiet" onClick={turn}>
              {state.state === 'on' ? texts.turnOff : texts.turnOn}
            </button>
          )}
          {state.secrets.length > 0 ? (
            <Confirm label={texts.renew} really={texts.renewReally} about={texts.title} act={make} />
          ) : (
            <button type="button" class="quiet" onClick={make}>
              {texts.make}
            </button>
          )}
        </div>
      )}
      <div role="alert">{refused && <p class="refusal">{explain(refused)}</p>}</div>
      <div role="status">
        {secret && (
          <>
            <p>{texts.secret}</p>
            <Code text={secret} label={texts.secret} />
          </>
        )}
      </div>
    </section>
  );
};

const Secrets = ({ secrets }: { secrets: LinkingSecret[] }) => {
  const texts = t.linking;
  return (
    <dl class="facts">
      {secrets.map(({ createdAt, until }) => (
        <div key={createdAt}>
          <dt>{until ? texts.old : texts.made}</dt>
          <dd>{until ? texts.oldUntil(format.instant(until)) : texts.madeAt(format.instant(createdAt))}</dd>
        </div>
      ))}
      {secrets.length === 0 && (
        <div>
          <dt>{texts.made}</dt>
          <dd>{texts.none}</dd>
        </div>
      )}
    </dl>
  );
};
