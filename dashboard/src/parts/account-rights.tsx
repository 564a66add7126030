import { useState } from 'preact/hooks';
import type { Erasure, Site } from '../../../schemas/types.gen.ts';
import { call, type Failure } from '../api.ts';
import { download } from '../download.ts';
import { explain } from '../explain.ts';
import { language, t } from '../language.ts';
import { expire, isSignedOut } from '../session.ts';
import { Confirm } from './confirm.tsx';

/** A copy, or the erasure, of everything that was decided in the browsers of one account. */
export const AccountRights = ({ site }: { site: Site }) => {
  const texts = t.accounts;
  const [account, setAccount] = useState('');
  const [said, setSaid] = useState('');
  const [refused, setRefused] = useState<Failure>();
  const tell = (failure: Failure | undefined, done: string) => {
    setRefused(failure);
    setSaid(failure ? '' : done);
    if (failure && isSignedOut(failure)) expire();
  };
  const copy = async (event: SubmitEvent) => {
    event.preventDefault();
    const path = `sites/${site.id}/accounts/copy?${new URLSearchParams({ format: 'html', language })}`;
    tell(await download(path, () => {}, new AbortController().signal, { account }), texts.copied);
  };
  const erase = async () => {
    if (!account) return;
    const answer = await call<Erasure>('POST', `sites/${site.id}/erasures`, { account });
    if (answer.ok) tell(undefined, texts.erased(answer.value.decisions, answer.value.reference));
    else tell(answer.failure, '');
  };
  return (
    <section class="card slim">
      <h2>{texts.title}</h2>
      <p>{texts.lead}</p>
      <form onSubmit={copy}>
        <div class="field">
          <label for="account-id">{texts.account}</label>
          <input
            id="account-id"
            required
            maxLength={500}
            autocomplete="off"
            spellcheck={false}
            dir="ltr"
            value={account}
            onInput={(event) => setAccount(event.currentTarget.value)}
          />
        </div>
        <div class="buttons">
          <button class="primary" type="submit">
            {texts.copy}
          </button>
          <Confirm label={texts.erase} really={texts.eraseReally} about={texts.title} act={erase} />
        </div>
      </form>
      <div role="alert">{refused && <p class="refusal">{explain(refused, { 409: texts.held })}</p>}</div>
      <p role="status">{said}</p>
    </section>
  );
};
