import { useState } from 'preact/hooks';
import type { AppOffer, Factors, RecoveryCodes } from '../../../schemas/types.gen.ts';
import { call, type Failure, type Result } from '../api.ts';
import { format, t } from '../language.ts';
import { Code } from './code.tsx';
import { Proof } from './proof.tsx';
import { Qr } from './qr.tsx';

type Stage = 'idle' | 'ask' | 'remove' | 'renew' | AppOffer | RecoveryCodes;

interface Props {
  factors: Factors;
  /** Called when all other sessions have ended. */
  changed: () => void;
}

/** The two-step sign-in of whoever looks. */
export const TwoStep = ({ factors, changed }: Props) => {
  const [stage, setStage] = useState<Stage>('idle');
  const [said, setSaid] = useState('');
  const go = (next: Stage, words = '') => {
    setStage(next);
    setSaid(words);
  };
  /** Goes on with what came, or says why nothing did. */
  const follow = async <T,>(asked: Promise<Result<T>>, next: (value: T) => void): Promise<Failure | undefined> => {
    const answer = await asked;
    if (!answer.ok) return answer.failure;
    next(answer.value);
    return undefined;
  };
  const done = (next: Stage, words = '') => {
    go(next, words);
    changed();
  };
  const cancel = () => go('idle');

  return (
    <section class="card slim two-step">
      <h2>{t.factors.title}</h2>
      {stage === 'idle' && <State factors={factors} choose={(next) => go(next)} />}
      {stage === 'ask' && (
        <Proof
          password={t.factors.password}
          submit={t.factors.next}
          refused={{ 401: t.factors.wrongPassword }}
          send={({ password }) => follow(call<AppOffer>('POST', 'account/factors/offer', { password }), go)}
          cancel={cancel}
        />
      )}
      {typeof stage === 'object' && 'offer' in stage && (
        <>
          <p>{t.factors.scan}</p>
          <Qr size={stage.size} path={stage.path} label={t.factors.picture} />
          <p>{t.factors.secret}</p>
          <Code text={stage.secret.replace(/(.{4})(?=.)/g, '$1 ')} label={t.factors.secret} />
          <Proof
            code={t.factors.first}
            submit={t.factors.confirm}
            refused={{ 401: t.factors.wrongCode, 403: t.factors.over }}
            send={({ code }) =>
              follow(call<RecoveryCodes>('POST', 'account/factors', { offer: stage.offer, code }), done)
            }
            cancel={cancel}
          />
        </>
      )}
      {typeof stage === 'object' && 'codes' in stage && (
        <>
          <h3>{t.factors.codes}</h3>
          <p>{t.factors.codesLead}</p>
          <Code text={stage.codes.join('\n')} label={t.factors.codes} />
          <p>
            <button type="button" class="primary" onClick={cancel}>
              {t.factors.kept}
            </button>
          </p>
        </>
      )}
      {stage === 'renew' && (
        <Proof
          password={t.factors.password}
          code={t.factors.code}
          submit={t.factors.renew}
          refused={{ 401: t.factors.wrongBoth }}
          send={(both) => follow(call<RecoveryCodes>('POST', 'account/factors/recovery', both), done)}
          cancel={cancel}
        />
      )}
      {stage === 'remove' && (
        <Proof
          password={t.factors.password}
          code={t.factors.code}
          submit={t.factors.remove}
          refused={{ 401: t.factors.wrongBoth }}
          send={(both) => follow(call('POST', 'account/factors/removal', both), () => done('idle', t.factors.removed))}
          cancel={cancel}
        />
      )}
      <p role="status">{said}</p>
    </section>
  );
};

const State = ({ factors, choose }: { factors: Factors; choose: (next: 'ask' | 'remove' | 'renew') => void }) =>
  factors.twoStep ? (
    <>
      <p>{t.factors.on(format.instant(factors.since ?? ''))}</p>
      <p>{t.factors.left(factors.recovery)}</p>
      <div class="others">
        <button type="button" class="quiet" onClick={() => choose('renew')}>
          {t.factors.renew}
        </button>
        <button type="button" class="quiet" onClick={() => choose('remove')}>
          {t.factors.remove}
        </button>
      </div>
    </>
  ) : (
    <>
      <p>{t.factors.off}</p>
      <div class="others">
        <button type="button" class="quiet" onClick={() => choose('ask')}>
          {t.factors.setUp}
        </button>
      </div>
    </>
  );
