import { useState } from 'preact/hooks';
import type { Difference, Finding } from '../../../../schemas/types.gen.ts';
import type { Failure } from '../../api.ts';
import { discard, draft, findings, type Plan, publish, review, saving } from '../../draft.ts';
import { explain } from '../../explain.ts';
import { format, t } from '../../language.ts';
import { type Box, contrast, measured } from '../../measured.ts';
import { inWords } from '../../pointer.ts';
import { said, tongueOf } from '../../said.ts';
import { siteOf, sites } from '../../sites.ts';
import { Announced } from './announced.tsx';
import { Links } from './links.tsx';
import { Timing } from './timing.tsx';
import { Trial } from './trial.tsx';

/** What stands against publishing, what would change, and the button. */
export const ReleaseTab = ({ site, editable }: { site: string; editable: boolean }) => {
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const known = siteOf(sites.value ?? [], site);
  const touched = review.value?.touched ?? [];
  const [plan, setPlan] = useState<Plan>({ day: '', summary: {} });
  const differences = review.value?.differences ?? [];
  const errors = findings.value.filter(({ severity }) => severity === 'error');
  const ready = saving.value === 'saved' && errors.length === 0 && differences.length > 0 && !known?.announcement;
  const isOld = review.value && review.value.draft.base !== review.value.published;
  const onClick = async () => {
    if (!ready || busy) return;
    setBusy(true);
    const reason = await publish(plan);
    setBusy(false);
    setFailure(reason);
    setDone(!reason);
    if (!reason) setPlan({ day: '', summary: {} });
  };
  return (
    <fieldset>
      <legend>{t.noticePage.publish}</legend>
      <Announced site={known} editable={editable} />
      <Findings all={findings.value} />
      <Measurements />
      <Links site={site} editable={editable} />
      {isOld && differences.length > 0 && <p class="caution">{t.noticePage.old}</p>}
      <Differences all={differences} done={done} />
      {differences.length > 0 && !known?.announcement && (
        <Timing site={known} touched={touched} languages={draft.value?.languages ?? []} plan={plan} change={setPlan} />
      )}
      <button type="button" class="primary" aria-disabled={!ready || busy} onClick={onClick}>
        {plan.day ? t.noticePage.timing.announce : t.noticePage.publish}
      </button>
      {errors.length > 0 && <p class="hint">{t.noticePage.stopped}</p>}
      <Trial differences={differences} ready={ready} />
      {differences.length > 0 && (
        <button type="button" class="quiet" onClick={async () => setFailure(await discard())}>
          {t.noticePage.discard}
        </button>
      )}
      <p role="status">
        {done && (known?.announcement ? t.noticePage.timing.done : differences.length === 0 && t.noticePage.published)}
      </p>
      <div role="alert">
        {failure && <p class="refusal">{explain(failure, { 412: t.noticePage.stale, 422: t.noticePage.stopped })}</p>}
      </div>
    </fieldset>
  );
};

// What the preview on show says of both answers.
const Measurements = () => {
  const { accept, refuse } = measured.value ?? {};
  if (!accept || !refuse) return null;
  const size = ({ width, height }: Box) => `${format.number(Math.round(width))} × ${format.number(Math.round(height))}`;
  const ratio = format.number(Math.round(10 * Math.min(contrast(accept), contrast(refuse))) / 10);
  return <p class="hint">{t.noticePage.measured.told(size(accept), size(refuse), ratio)}</p>;
};

const Findings = ({ all }: { all: Finding[] }) => {
  if (all.length === 0) return <p>{t.noticePage.clean}</p>;
  return (
    <ul class="findings">
      {all.map((finding) => (
        <li key={`${finding.pointer} ${finding.detail}`} class={finding.severity}>
          <strong>{t.noticePage.severities[finding.severity]}</strong> {inWords(finding.pointer, draft.value)}
          <br />
          <span lang={tongueOf(finding)}>{said(finding)}</span>{' '}
          {finding.rule && <span class="mark">{t.findings.source(finding.rule)}</span>}
        </li>
      ))}
    </ul>
  );
};

const Differences = ({ all, done }: { all: Difference[]; done: boolean }) => {
  if (all.length === 0) return done ? null : <p class="muted">{t.noticePage.same}</p>;
  return (
    <>
      <h2>{t.noticePage.changes}</h2>
      <ul class="differences">
        {all.map(({ pointer, before, after }) => (
          <li key={pointer}>
            {inWords(pointer)}: {before && <del>{plain(before)}</del>} {after && <ins>{plain(after)}</ins>}
          </li>
        ))}
      </ul>
      <details>
        <summary>{t.noticePage.asJson}</summary>
        <pre class="patch">{JSON.stringify(all.map(parsed), null, 2)}</pre>
      </details>
    </>
  );
};

const parsed = ({ pointer, before, after }: Difference) => ({
  pointer,
  ...(before ? { before: JSON.parse(before) } : {}),
  ...(after ? { after: JSON.parse(after) } : {}),
});

// A text without its quotes, a new item by its name.
const plain = (json: string): string => {
  const value = JSON.parse(json) as unknown;
  if (Array.isArray(value)) return value.map((item) => String((item as { id?: string })?.id ?? item)).join(', ');
  if (value && typeof value === 'object') {
    const { name, id } = value as { name?: string; id?: string };
    return name ?? id ?? json;
  }
  return String(value);
};
