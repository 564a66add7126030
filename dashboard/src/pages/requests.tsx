import { useEffect, useState } from 'preact/hooks';
import type { NewRequest, Request, RequestDeadline, RequestOrder, Site } from '../../../schemas/types.gen.ts';
import { call, type Failure, type Result } from '../api.ts';
import { loadDue } from '../due.ts';
import { explain } from '../explain.ts';
import { accept, failure } from '../failure.ts';
import { t } from '../language.ts';
import { AccountRights } from '../parts/account-rights.tsx';
import { Heading } from '../parts/heading.tsx';
import { NoSites } from '../parts/no-sites.tsx';
import { Problem } from '../parts/problem.tsx';
import { OneRequest } from '../parts/request.tsx';
import { Deadline } from '../parts/request-deadline.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { expire, isSignedOut, may } from '../session.ts';
import { loadSites, siteOf, sites } from '../sites.ts';
import { view } from '../view.ts';

/** What visitors ask for as data subjects, until when, and what is done about it. */
export const RequestsPage = ({ arrived }: { arrived: boolean }) => {
  const load = () => void loadSites();
  useEffect(load, []);
  const known = sites.value;
  const site = known && siteOf(known, view.value.site);
  return (
    <main class="wide">
      <Heading title={t.requestsPage.title} site={site} arrived={arrived} />
      {site && <Requests key={site.id} site={site} />}
      {known?.length === 0 && <NoSites />}
      {!known && (failure.value ? <Problem failure={failure.value} retry={load} /> : <Skeleton label={t.loading} />)}
    </main>
  );
};

const Requests = ({ site }: { site: Site }) => {
  const texts = t.requestsPage;
  const [list, setList] = useState<Request[]>();
  const [refused, setRefused] = useState<Failure>();
  const [deadline, setDeadline] = useState<RequestDeadline>();
  const path = `sites/${site.id}/requests`;
  const deadlinePath = `sites/${site.id}/request-deadline`;
  const load = async () => {
    const [answer, allowed] = await Promise.all([
      call<Request[]>('GET', path),
      call<RequestDeadline>('GET', deadlinePath),
    ]);
    if (accept(answer) && accept(allowed)) {
      setList(answer.value);
      setDeadline(allowed.value);
    }
  };
  useEffect(() => void load(), []);

  /** Does something and shows what became of it. Returns whether it was done. */
  const act = async (doing: Promise<Result<Request>>): Promise<boolean> => {
    const answer = await doing;
    setRefused(answer.ok ? undefined : answer.failure);
    if (!answer.ok && isSignedOut(answer.failure)) expire();
    await load();
    void loadDue();
    return answer.ok;
  };

  if (!list || !deadline)
    return failure.value ? <Problem failure={failure.value} retry={load} /> : <Skeleton label={t.loading} />;
  const special = { 404: texts.unknown, 409: texts.taken, 422: texts.invalid };
  const mayWork = may('erase decisions', site.id);
  return (
    <>
      <div role="alert">{refused && <p class="refusal">{explain(refused, special)}</p>}</div>
      <section class="card">
        <h2>{texts.list}</h2>
        <p class="muted">{texts.lead}</p>
        {list.length === 0 && <p>{texts.empty}</p>}
        <ul class="requests">
          {list.map((one) => (
            <li key={one.reference}>
              <OneRequest
                request={one}
                extraDays={deadline.extraDays}
                work={
                  mayWork
                    ? (order: RequestOrder) => act(call<Request>('POST', `${path}/${one.reference}/steps`, order))
                    : undefined
                }
              />
            </li>
          ))}
        </ul>
      </section>
      {mayWork && <Fresh register={(order) => act(call<Request>('POST', path, order))} />}
      {mayWork && (
        <Deadline
          deadline={deadline}
          save={(order) => call<RequestDeadline>('PUT', deadlinePath, order)}
          saved={setDeadline}
        />
      )}
      {mayWork && site.linking && <AccountRights site={site} />}
    </>
  );
};

const Fresh = ({ register }: { register: (order: NewRequest) => Promise<boolean> }) => {
  const texts = t.requestsPage;
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const text = (name: string) => String(new FormData(form).get(name) ?? '').trim();
    const order = { receipt: text('receipt'), identity: text('identity'), about: text('about') };
    if (await register({ ...order, kind: text('kind') as NewRequest['kind'] })) form.reset();
  };
  return (
    <section class="card slim">
      <h2>{texts.fresh}</h2>
      <p>{texts.freshLead}</p>
      <form onSubmit={onSubmit}>
        <div class="field">
          <label for="request-receipt">{texts.receipt}</label>
          <input
            id="request-receipt"
            name="receipt"
            required
            placeholder={texts.receiptHint}
            autocomplete="off"
            spellcheck={false}
            dir="ltr"
          />
        </div>
        <div class="field">
          <label for="request-kind">{texts.kind}</label>
          <select id="request-kind" name="kind">
            {Object.entries(texts.kinds).map(([kind, name]) => (
              <option key={kind} value={kind}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="request-identity">{texts.identity}</label>
          <input
            id="request-identity"
            name="identity"
            required
            maxLength={200}
            placeholder={texts.identityHint}
            autocomplete="off"
          />
        </div>
        <div class="field">
          <label for="request-about">{texts.about}</label>
          <input id="request-about" name="about" maxLength={1000} autocomplete="off" />
        </div>
        <div>
          <button class="primary" type="submit">
            {texts.submit}
          </button>
        </div>
      </form>
    </section>
  );
};
