import { useState } from 'preact/hooks';
import type { Attempt, Letter, Replayed, Deliveries as Told } from '../../../../schemas/types.gen.ts';
import { call, type Failure } from '../../api.ts';
import { format, t } from '../../language.ts';
import { expire, isSignedOut } from '../../session.ts';
import { Problem } from '../problem.tsx';

interface Props {
  /** Of the integration. */
  path: string;
  mayReplay: boolean;
}

/** What was delivered lately, what waits, and what could not be delivered; asked for when it is opened. */
export const Deliveries = ({ path, mayReplay }: Props) => {
  const texts = t.integrationsPage;
  const [told, setTold] = useState<Told>();
  const [failure, setFailure] = useState<Failure>();
  const [replayed, setReplayed] = useState(0);
  const ask = async <T,>(method: 'GET' | 'POST', where: string, body?: unknown): Promise<T | undefined> => {
    const answer = await call<T>(method, `${path}/${where}`, body);
    setFailure(answer.ok ? undefined : answer.failure);
    if (answer.ok) return answer.value;
    if (isSignedOut(answer.failure)) expire();
    return undefined;
  };
  const load = async () => {
    const next = await ask<Told>('GET', 'deliveries');
    if (next) setTold(next);
  };
  const replay = async (subject?: string) => {
    const done = await ask<Replayed>('POST', 'replays', subject ? { subject } : {});
    if (!done) return;
    setReplayed(done.letters);
    await load();
  };
  return (
    <details onToggle={(event) => event.currentTarget.open && void load()}>
      <summary>{texts.deliveries}</summary>
      {failure && <Problem failure={failure} retry={load} />}
      <p role="status">{replayed > 0 && texts.replayed(replayed)}</p>
      {told && told.dead.length > 0 && (
        <>
          <h3>{texts.dead}</h3>
          <p class="muted">{texts.deadLead}</p>
          <Letters label={texts.dead} when={texts.columns.died} letters={told.dead} {...(mayReplay && { replay })} />
          {mayReplay && told.dead.length > 1 && (
            <div class="buttons">
              <button type="button" class="quiet" onClick={() => replay()}>
                {texts.replayAll}
              </button>
            </div>
          )}
        </>
      )}
      {told && told.waiting.length > 0 && (
        <>
          <h3>{texts.waiting}</h3>
          <Letters label={texts.waiting} when={texts.columns.next} letters={told.waiting} />
        </>
      )}
      {told && told.recent.length > 0 && (
        <>
          <h3>{texts.recent}</h3>
          <Recent attempts={told.recent} />
        </>
      )}
      {told && told.recent.length + told.waiting.length + told.dead.length === 0 && <p>{texts.nothing}</p>}
    </details>
  );
};

/** How a delivery came out. */
export const inWords = ({ reason, status, milliseconds }: Attempt): string =>
  t.integrationsPage.reasons[reason]?.(status) ?? t.integrationsPage.taken(status, format.number(milliseconds));

interface LettersProps {
  label: string;
  /** Heading of the time. */
  when: string;
  letters: Letter[];
  replay?: (subject: string) => void;
}

const Letters = ({ label, when, letters, replay }: LettersProps) => {
  const texts = t.integrationsPage;
  return (
    <table class="recent people" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{when}</th>
          <th scope="col">{texts.columns.event}</th>
          <th scope="col">{texts.columns.visitor}</th>
          <th scope="col">{texts.columns.outcome}</th>
          {replay && <td />}
        </tr>
      </thead>
      <tbody>
        {letters.map((one) => (
          <tr key={one.event}>
            <td data-label={when} class="time">
              {format.instant(one.at)}
            </td>
            <td data-label={texts.columns.event}>{texts.types[one.type] ?? one.type}</td>
            <td data-label={texts.columns.visitor} class="visitor">
              {one.subject}
            </td>
            <td data-label={texts.columns.outcome}>
              <span>
                {one.last && <span class="failed">{inWords(one.last)}</span>}{' '}
                {one.attempts > 0 && <span class="muted">{texts.tries(one.attempts)}</span>}
              </span>
            </td>
            {replay && (
              <td class="actions">
                <button
                  type="button"
                  class="quiet"
                  aria-label={`${texts.replay} ${one.subject}`}
                  onClick={() => replay(one.subject)}
                >
                  {texts.replay}
                </button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
};

const Recent = ({ attempts }: { attempts: Attempt[] }) => {
  const texts = t.integrationsPage;
  return (
    <table class="recent people" aria-label={texts.recent}>
      <thead>
        <tr>
          <th scope="col">{texts.columns.time}</th>
          <th scope="col">{texts.columns.event}</th>
          <th scope="col">{texts.columns.visitor}</th>
          <th scope="col">{texts.columns.outcome}</th>
        </tr>
      </thead>
      <tbody>
        {attempts.map((one) => (
          <tr key={`${one.event} ${one.at}`}>
            <td data-label={texts.columns.time} class="time">
              {format.instant(one.at)}
            </td>
            <td data-label={texts.columns.event}>{texts.types[one.type] ?? one.type}</td>
            <td data-label={texts.columns.visitor} class="visitor">
              {one.subject || '–'}
            </td>
            <td data-label={texts.columns.outcome} class={one.reason && 'failed'}>
              {inWords(one)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
