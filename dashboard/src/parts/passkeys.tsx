import { useState } from 'preact/hooks';
import type { Factors } from '../../../schemas/types.gen.ts';
import { call, type Failure } from '../api.ts';
import { format, t } from '../language.ts';
import { canUsePasskeys, makePasskey } from '../passkey.ts';
import { Proof } from './proof.tsx';

type Passkey = Factors['passkeys'][number];

interface Props {
  factors: Factors;
  /** Called when all other sessions have ended. */
  changed: () => void;
}

/** The passkeys of whoever looks. */
export const Passkeys = ({ factors, changed }: Props) => {
  const [stage, setStage] = useState<'idle' | 'add' | Passkey>('idle');
  const [said, setSaid] = useState('');
  const go = (next: typeof stage, words = '') => {
    setStage(next);
    setSaid(words);
  };
  const done = (words: string) => {
    go('idle', words);
    changed();
  };
  const add = async (proof: { password: string; code: string }): Promise<Failure | undefined> => {
    const made = await makePasskey(proof);
    if (made.ok) done(t.passkeys.added);
    else if (made.failure === 'none') go('idle', t.passkeys.notMade);
    else return made.failure;
    return undefined;
  };
  const remove = async (id: string, proof: { password: string; code: string }): Promise<Failure | undefined> => {
    const answer = await call('POST', `account/passkeys/${id}/removal`, proof);
    if (!answer.ok) return answer.failure;
    done(t.passkeys.removed);
    return undefined;
  };
  const asked = {
    password: t.factors.password,
    ...(factors.twoStep ? { code: t.factors.code } : {}),
    refused: {
      401: factors.twoStep ? t.factors.wrongBoth : t.factors.wrongPassword,
      403: t.factors.over,
      409: t.passkeys.many,
      422: t.passkeys.notHere,
    },
    cancel: () => go('idle'),
  };

  return (
    <section class="card passkeys">
      <h2>{t.passkeys.title}</h2>
      <p>{t.passkeys.lead}</p>
      {factors.passkeys.length > 0 && <List passkeys={factors.passkeys} remove={(one) => go(one)} />}
      {stage === 'idle' &&
        (canUsePasskeys() ? (
          <div class="others">
            <button type="button" class="quiet" onClick={() => go('add')}>
              {t.passkeys.add}
            </button>
          </div>
        ) : (
          <p class="muted">{t.passkeys.notHere}</p>
        ))}
      {stage === 'add' && <Proof key="add" {...asked} submit={t.passkeys.add} send={add} />}
      {typeof stage === 'object' && (
        <>
          <h3>{t.passkeys.removal(stage.name || t.own.unknown)}</h3>
          <Proof key={stage.id} {...asked} submit={t.passkeys.remove} send={(proof) => remove(stage.id, proof)} />
        </>
      )}
      <p role="status">{said}</p>
    </section>
  );
};

const List = ({ passkeys, remove }: { passkeys: Passkey[]; remove: (one: Passkey) => void }) => (
  <table class="recent people">
    <thead>
      <tr>
        <th scope="col">{t.passkeys.where}</th>
        <th scope="col">{t.passkeys.since}</th>
        <th scope="col">{t.passkeys.used}</th>
        <td />
      </tr>
    </thead>
    <tbody>
      {passkeys.map((one) => (
        <tr key={one.id}>
          <td data-label={t.passkeys.where}>{one.name || t.own.unknown}</td>
          <td data-label={t.passkeys.since}>{format.instant(one.added)}</td>
          <td data-label={t.passkeys.used}>{format.instant(one.used)}</td>
          <td class="actions">
            <button
              type="button"
              class="quiet"
              aria-label={`${t.passkeys.remove}: ${one.name || t.own.unknown}`}
              onClick={() => remove(one)}
            >
              {t.passkeys.remove}
            </button>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);
