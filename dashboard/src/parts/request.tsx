import { useState } from 'preact/hooks';
import type { Request, RequestOrder } from '../../../schemas/types.gen.ts';
import { format, language, t } from '../language.ts';
import { Confirm } from './confirm.tsx';
import { Export } from './export.tsx';

interface Props {
  request: Request;
  /** By how many days it may be put off at most. */
  extraDays: number;
  /** Does something about it; nothing for those who may only look. */
  work: ((order: RequestOrder) => Promise<boolean>) | undefined;
}

/** One request: what is asked for until when, what was done, and what there is to do. */
export const OneRequest = ({ request, extraDays, work }: Props) => {
  const texts = t.requestsPage;
  const isClosed = request.state === 'done' || request.state === 'refused' || request.state === 'lifted';
  return (
    <details open={!isClosed}>
      <summary>
        <strong>{texts.kinds[request.kind]}</strong> <span class="badge">{texts.states[request.state]}</span>{' '}
        {request.honoured && (
          <span class="badge">{texts.honoured[request.kind === 'objection' ? 'objection' : 'restriction']}</span>
        )}{' '}
        {request.soon && <span class="badge urgent">{request.overdue ? texts.overdue : texts.soon}</span>}{' '}
        <span class="muted">
          {texts.due} <time dateTime={request.due}>{format.instant(request.due)}</time>
        </span>
      </summary>
      <dl class="facts">
        <div>
          <dt>{texts.reference}</dt>
          <dd>
            <code>{request.reference}</code>
          </dd>
        </div>
        <div>
          <dt>{texts.identified}</dt>
          <dd>{request.how === 'officer' ? request.identity : texts.hows[request.how]}</dd>
        </div>
        {request.about && (
          <div>
            <dt>{texts.about}</dt>
            <dd>{request.about}</dd>
          </div>
        )}
      </dl>
      <h3>{texts.history}</h3>
      <ul>
        {request.history.map(({ at, who, what, reason }) => (
          <li key={at + what}>
            <time dateTime={at}>{format.instant(at)}</time>: {texts.steps[what]} (<bdi>{who || texts.visitor}</bdi>)
            {reason && `: ${reason}`}
          </li>
        ))}
      </ul>
      {work && !isClosed && <Work request={request} extraDays={extraDays} work={work} />}
      {work && isClosed && request.honoured && <Lift request={request} work={work} />}
      <Files request={request} />
    </details>
  );
};

/** Ends a restriction or an objection. The visitor is told before (GDPR, article 18(3)). */
const Lift = ({ request, work }: { request: Request; work: (order: RequestOrder) => Promise<boolean> }) => {
  const texts = t.requestsPage;
  const [reason, setReason] = useState('');
  const id = `request-${request.reference}-told`;
  return (
    <>
      <div class="field">
        <label for={id}>{texts.told}</label>
        <input
          id={id}
          value={reason}
          maxLength={1000}
          autocomplete="off"
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </div>
      <p class="steps">
        <Confirm
          label={texts.lift}
          really={texts.really}
          about={request.reference}
          act={() => void work({ step: 'lift', reason: reason.trim() })}
        />
      </p>
    </>
  );
};

interface WorkProps {
  request: Request;
  extraDays: number;
  work: (order: RequestOrder) => Promise<boolean>;
}

const Work = ({ request, extraDays, work }: WorkProps) => {
  const texts = t.requestsPage;
  const [reason, setReason] = useState('');
  const [days, setDays] = useState(Math.min(30, extraDays));
  const mayExtend = extraDays > 0;
  const id = `request-${request.reference}`;
  const step = async (name: RequestOrder['step']) => {
    if (await work({ step: name, reason: reason.trim(), ...(name === 'extend' && { days }) })) setReason('');
  };
  return (
    <>
      <div class="fields">
        <div class="field">
          <label for={`${id}-reason`}>{texts.reason}</label>
          <input
            id={`${id}-reason`}
            value={reason}
            maxLength={1000}
            autocomplete="off"
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </div>
        {mayExtend && (
          <div class="field">
            <label for={`${id}-days`}>{texts.days}</label>
            <input
              id={`${id}-days`}
              type="number"
              min={1}
              max={extraDays}
              value={days}
              onInput={(event) => setDays(event.currentTarget.valueAsNumber || 0)}
            />
          </div>
        )}
      </div>
      <p class="steps">
        <Confirm
          label={texts.acts[request.kind]}
          really={texts.really}
          about={request.reference}
          act={() => void step('act')}
        />
        {mayExtend && (
          <button type="button" class="quiet" onClick={() => void step('extend')}>
            {texts.extend}
          </button>
        )}
        <Confirm label={texts.refuse} really={texts.really} about={request.reference} act={() => void step('refuse')} />
      </p>
    </>
  );
};

const Files = ({ request }: { request: Request }) => {
  const texts = t.requestsPage;
  const path = `sites/${request.site}/requests/${request.reference}`;
  return (
    <>
      {request.kind === 'access' && (
        <>
          <h3>{texts.copy}</h3>
          <Export
            kinds={['csv', 'ndjson', 'json', 'html']}
            files={[{ name: texts.copy, path: `${path}/copy`, query: new URLSearchParams({ language }) }]}
          />
        </>
      )}
      <h3>{texts.document}</h3>
      <Export
        kinds={['html', 'json']}
        files={[{ name: texts.document, path, query: new URLSearchParams({ language }) }]}
      />
    </>
  );
};
