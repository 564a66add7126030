import { useState } from 'preact/hooks';
import type { Import, Remark } from '../../../../schemas/types.gen.ts';
import type { Failure } from '../../api.ts';
import { review, saving } from '../../draft.ts';
import { explain } from '../../explain.ts';
import { t } from '../../language.ts';
import { inWords } from '../../pointer.ts';
import { remarked } from '../../said.ts';
import { imported, largest, readSetUp, replaced, returnSetUp, takeSetUp } from '../../set-up.ts';
import { Confirm } from '../confirm.tsx';

/** Makes the draft of another tool's configuration file. */
export const ImportTab = ({ site }: { site: string }) => {
  const [setUp, setSetUp] = useState<File>();
  const [cookies, setCookies] = useState<File>();
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const tooLarge = [setUp, cookies].some((file) => file && file.size > largest);
  const ready = setUp && !tooLarge && !busy;
  const onClick = async () => {
    if (!ready) return;
    setBusy(true);
    setFailure(await readSetUp(site, setUp, cookies));
    setBusy(false);
  };
  return (
    <fieldset>
      <legend>{t.noticePage.setUp.title}</legend>
      <p class="hint">{t.noticePage.setUp.hint}</p>
      <FileField id="set-up" label={t.noticePage.setUp.file} hint={t.noticePage.setUp.fileHint} choose={setSetUp} />
      <FileField id="cookies" label={t.noticePage.setUp.list} hint={t.noticePage.setUp.listHint} choose={setCookies} />
      <div>
        <button type="button" class={imported.value ? 'quiet' : 'primary'} aria-disabled={!ready} onClick={onClick}>
          {t.noticePage.setUp.read}
        </button>
      </div>
      <div role="alert">
        {tooLarge && <p class="refusal">{t.noticePage.setUp.tooLarge}</p>}
        {failure && <Refusal failure={failure} />}
      </div>
      {imported.value && <Result read={imported.value} />}
    </fieldset>
  );
};

const FileField = (props: { id: string; label: string; hint: string; choose: (file: File | undefined) => void }) => (
  <div class="field">
    <label for={props.id}>{props.label}</label>
    <input
      id={props.id}
      type="file"
      accept=".js,.mjs,.cjs,.ts,.json,.csv,.txt"
      aria-describedby={`${props.id}-hint`}
      onChange={(event) => props.choose(event.currentTarget.files?.[0])}
    />
    <p id={`${props.id}-hint`} class="hint">
      {props.hint}
    </p>
  </div>
);

// What is wrong with a file the server says itself.
const Refusal = ({ failure }: { failure: Failure }) => {
  const faults = failure.kind === 'http' && failure.status === 422 ? (failure.faults ?? []) : [];
  if (faults.length === 0) return <p class="refusal">{explain(failure, { 413: t.noticePage.setUp.tooLarge })}</p>;
  return (
    <div class="refusal">
      {faults.map(({ pointer, detail }) => (
        <p key={pointer}>
          {pointer === '/cookies' ? t.noticePage.setUp.list : t.noticePage.setUp.file}: <span lang="en">{detail}</span>
        </p>
      ))}
    </div>
  );
};

// What the tools call themselves, in every language.
const tools: Partial<Record<Import['kind'], string>> = {
  cookiebot: 'Cookiebot',
  klaro: 'Klaro',
  onetrust: 'OneTrust',
  'vanilla-cookieconsent': 'vanilla-cookieconsent',
};

const kinds: Remark['kind'][] = ['mend', 'check', 'left-out', 'taken'];

const Result = ({ read }: { read: Import }) => {
  const { services = [], purposes = [], languages = [] } = read.notice;
  return (
    <section class="set-up" aria-label={t.noticePage.setUp.result}>
      <h2>{t.noticePage.setUp.found(tools[read.kind] ?? t.noticePage.setUp.own)}</h2>
      <p role="status">{t.noticePage.setUp.counted(services.length, purposes.length, languages.join(', '))}</p>
      <Take />
      {kinds.map((kind) => (
        <Remarks key={kind} kind={kind} read={read} />
      ))}
    </section>
  );
};

// Puts it into the draft, and asks first where that takes the place of what nobody has published.
const Take = () => {
  if (replaced.value) {
    return (
      <p class="taken" role="status">
        {t.noticePage.setUp.isTaken}{' '}
        <button type="button" class="quiet" onClick={returnSetUp}>
          {t.noticePage.setUp.back}
        </button>
      </p>
    );
  }
  const unpublished = review.value?.differences.length ?? 0;
  return (
    <>
      <p class={unpublished > 0 ? 'caution' : 'hint'}>
        {unpublished > 0 ? t.noticePage.setUp.replaces(unpublished) : t.noticePage.setUp.stays}
      </p>
      <div>
        {saving.value === 'stale' ? null : unpublished > 0 ? (
          <Confirm label={t.noticePage.setUp.take} really={t.noticePage.setUp.really} about="" act={takeSetUp} />
        ) : (
          <button type="button" class="primary" onClick={takeSetUp}>
            {t.noticePage.setUp.take}
          </button>
        )}
      </div>
    </>
  );
};

const Remarks = ({ kind, read }: { kind: Remark['kind']; read: Import }) => {
  const remarks = read.remarks.filter((remark) => remark.kind === kind);
  if (remarks.length === 0) return null;
  return (
    <details open={kind === 'mend' || kind === 'check'}>
      <summary>
        {t.noticePage.setUp.remarks[kind]} <span class="muted">{remarks.length}</span>
      </summary>
      <ul class={`findings ${kind}`}>
        {remarks.map((remark) => (
          <OneRemark key={`${remark.about} ${remark.line} ${remark.detail}`} remark={remark} read={read} />
        ))}
      </ul>
    </details>
  );
};

const OneRemark = ({ remark, read }: { remark: Remark; read: Import }) => {
  const { about, line } = remark;
  const { words, lang } = remarked(remark);
  return (
    <li>
      <strong>{about.startsWith('/') ? inWords(about, read.notice) : about}</strong>{' '}
      {line && <span class="muted">{t.noticePage.setUp.line(line)}</span>}
      <br />
      <span lang={lang}>{words}</span>
    </li>
  );
};
