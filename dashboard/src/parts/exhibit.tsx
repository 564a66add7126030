import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Exhibit as Answer, Receipt } from '../../../schemas/types.gen.ts';
import { call, type Failure } from '../api.ts';
import { format, t } from '../language.ts';
import { languageName } from '../language-name.ts';
import { expire, isSignedOut } from '../session.ts';
import { Frame } from './notice/frame.tsx';
import { Glance, widths } from './notice/preview.tsx';
import { Problem } from './problem.tsx';

/** What the visitor of a decision was shown, out of the archive: marked as such, for nobody to take it for today’s. */
export const Exhibit = ({ receipt }: { receipt: Receipt }) => {
  const [answer, setAnswer] = useState<Answer>();
  const [refused, setRefused] = useState<Failure>();
  const [width, setWidth] = useState<keyof typeof widths>(receipt.device === 'phone' ? 'phone' : 'desktop');
  const load = async () => {
    const given = await call<Answer>('GET', `sites/${receipt.site}/decisions/${receipt.id}/shown`);
    setRefused(given.ok ? undefined : given.failure);
    if (given.ok) setAnswer(given.value);
    else if (isSignedOut(given.failure)) expire();
  };
  useEffect(() => void load(), [receipt.id]);
  if (refused) return <Problem failure={refused} retry={load} />;
  if (!answer) return <p role="status">{t.loading}</p>;
  return (
    <section class="preview" aria-label={t.decisionsPage.shown}>
      <Label answer={answer} />
      <div class="glances">
        <Glance label={t.noticePage.width} value={width} options={t.noticePage.widths} onChange={setWidth} />
      </div>
      <Frame address={answer.address} width={widths[width]} title={t.decisionsPage.shown} />
      <p class="hint">{t.decisionsPage.exhibit.hint}</p>
    </section>
  );
};

const Label = ({ answer: { notice, recordedAt, isExact } }: { answer: Answer }) => {
  const texts = t.decisionsPage.exhibit;
  const { script } = notice;
  const facts: Record<keyof typeof texts.facts, ComponentChildren> = {
    recorded: format.instant(recordedAt),
    version: <code>{notice.id}</code>,
    language: notice.language ? languageName(notice.language) : t.decisionsPage.untold,
    layout: notice.layout ? t.noticePage.layouts[notice.layout] : texts.unasked,
    script: script ? <code>{script.integrity}</code> : texts.unrecorded,
    given: script ? format.instant(script.since) : texts.unrecorded,
  };
  return (
    <div class="exhibit">
      <p>
        <strong>{texts.label}</strong> {isExact ? texts.exact : script ? texts.lost : texts.remade}
      </p>
      <dl class="facts">
        {Object.entries(facts).map(([name, value]) => (
          <div key={name}>
            <dt>{texts.facts[name as keyof typeof facts]}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
};
