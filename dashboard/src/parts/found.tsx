import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Receipt } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';
import { languageName } from '../language-name.ts';
import { marksOf } from '../outcome.ts';
import { follow, hrefOf, type Route } from '../route.ts';
import { may } from '../session.ts';
import { Erase } from './erase.tsx';
import { Exhibit } from './exhibit.tsx';

interface Props {
  receipt: Receipt;
  /** Where it is shown to whoever is given the address. */
  alone: Route;
  /** Where all decisions of its subject are. */
  history: Route;
  close: () => void;
}

/** All that is kept of a decision, beside what the visitor was shown. */
export const Found = ({ receipt, alone, history, close }: Props) => {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [receipt.id]);
  return (
    <section class="card one">
      <div class="title">
        <h2 ref={heading} tabIndex={-1}>
          {t.decisionsPage.one}
        </h2>
        <button type="button" class="quiet" onClick={close}>
          {t.decisionsPage.close}
        </button>
      </div>
      <div class="beside">
        <div>
          <Facts receipt={receipt} />
          <p class="ways-on">
            <a href={hrefOf(alone)} onClick={(event) => follow(event, alone)}>
              {t.decisionsPage.alone}
            </a>{' '}
            <a href={hrefOf(history)} onClick={(event) => follow(event, history)}>
              {t.decisionsPage.history}
            </a>{' '}
            <a href={`/receipts/${receipt.id}`} target="_blank" rel="noreferrer">
              {t.decisionsPage.page}
            </a>
          </p>
          {may('erase decisions', receipt.site) && <Erase receipt={receipt} />}
        </div>
        <div>
          <h3>{t.decisionsPage.shown}</h3>
          {receipt.flags.includes('unknown-notice') ? (
            <p class="muted">{t.decisionsPage.unknown}</p>
          ) : (
            <Exhibit receipt={receipt} />
          )}
        </div>
      </div>
    </section>
  );
};

const answered = (receipt: Receipt, answer: boolean): string =>
  [receipt.purposes, receipt.services]
    .flatMap((answers) => Object.keys(answers).filter((name) => answers[name] === answer))
    .map((name) => t.purposes[name] ?? name)
    .join(', ') || t.decisionsPage.nothing;

const Facts = ({ receipt }: { receipt: Receipt }) => {
  const texts = t.decisionsPage;
  const known = (value: string | undefined) => value || texts.untold;
  const facts: Record<keyof typeof texts.facts, ComponentChildren> = {
    id: <code>{receipt.id}</code>,
    subject: <code>{receipt.subject}</code>,
    recorded: format.instant(receipt.recordedAt),
    claimed: receipt.decidedAt ? format.instant(receipt.decidedAt) : texts.untold,
    expires: format.instant(receipt.expiresAt),
    action: texts.actions[receipt.action],
    source: t.sources[receipt.source],
    granted: answered(receipt, true),
    refused: answered(receipt, false),
    removed: receipt.removed.join(', ') || texts.nothing,
    notice: <code>{receipt.notice}</code>,
    regime: t.values[receipt.regime],
    language: receipt.locale ? languageName(receipt.locale) : texts.untold,
    page: <bdi>{known(receipt.page)}</bdi>,
    where: receipt.country ? format.country(receipt.country) : texts.untold,
    device: known([receipt.device, receipt.browser].map((value = '') => t.values[value] ?? value).join(', ')),
    waited: receipt.waited ? texts.waited(format.seconds(receipt.waited)) : texts.untold,
    marks:
      [...marksOf(receipt), ...receipt.flags.filter((flag) => flag === 'bot' || flag === 'demo')]
        .map((mark) => t.marks[mark]?.meaning ?? mark)
        .join(' ') || texts.nothing,
  };
  return (
    <dl class="facts">
      {Object.entries(facts).map(([name, value]) => (
        <div key={name}>
          <dt>{texts.facts[name as keyof typeof facts]}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
};
