import { useState } from 'preact/hooks';
import type { Erasure, Receipt } from '../../../schemas/types.gen.ts';
import { call, type Failure } from '../api.ts';
import { t } from '../language.ts';
import { expire, isSignedOut } from '../session.ts';
import { Confirm } from './confirm.tsx';
import { Problem } from './problem.tsx';

/** Erases everything that the decision's visitor ever decided on the site. */
export const Erase = ({ receipt }: { receipt: Receipt }) => {
  const texts = t.decisionsPage.erase;
  const [done, setDone] = useState<Erasure>();
  const [refused, setRefused] = useState<Failure>();
  const [inError, setInError] = useState(false);
  const erase = async () => {
    const order = { subject: receipt.subject, ...(inError && { inError }) };
    const answer = await call<Erasure>('POST', `sites/${receipt.site}/erasures`, order);
    setRefused(answer.ok ? undefined : answer.failure);
    if (answer.ok) setDone(answer.value);
    else if (isSignedOut(answer.failure)) expire();
  };
  if (done) return <p role="status">{texts.done(done.decisions, done.reference)}</p>;
  return (
    <>
      <p class="muted">{texts.lead}</p>
      <label class="tick">
        <input type="checkbox" checked={inError} onChange={(event) => setInError(event.currentTarget.checked)} />
        {texts.inError}
      </label>
      <p>
        <Confirm label={texts.all} really={texts.really} about="" act={erase} />
      </p>
      {refused && <Problem failure={refused} retry={erase} />}
    </>
  );
};
