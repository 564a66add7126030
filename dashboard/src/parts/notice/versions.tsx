import { useEffect, useState } from 'preact/hooks';
import type { Publication, Site } from '../../../../schemas/types.gen.ts';
import { call, type Failure } from '../../api.ts';
import { publishAgain } from '../../draft.ts';
import { explain } from '../../explain.ts';
import { accept } from '../../failure.ts';
import { format, t } from '../../language.ts';
import { may } from '../../session.ts';

interface Props {
  site: Site;
  /** The version on show in the preview. */
  shown: string | undefined;
  show: (notice: string | undefined) => void;
}

/** All that the site published, newest first. */
export const VersionsTab = ({ site, shown, show }: Props) => {
  const [list, setList] = useState<Publication[]>();
  const [failure, setFailure] = useState<Failure>();
  useEffect(() => {
    void call<Publication[]>('GET', `sites/${site.id}/publications`).then((answer) => {
      if (accept(answer)) setList(answer.value.toReversed());
    });
  }, [site.id, site.notice]);
  return (
    <fieldset>
      <legend>{t.noticePage.versions}</legend>
      <p class="hint">
        {t.noticePage.versionsHint} <a href={`/notices/${site.id}/`}>{t.noticePage.timing.page}</a>
      </p>
      <div role="alert">{failure && <p class="refusal">{explain(failure, { 412: t.noticePage.stale })}</p>}</div>
      <ol class="versions">
        {list?.map((one, i) => (
          <li key={`${one.at} ${one.notice}`} aria-current={shown === one.notice ? 'true' : undefined}>
            <div>
              <strong>{one.at ? format.instant(one.at) : t.noticePage.before}</strong>{' '}
              {i === 0 && <span class="mark">{t.noticePage.current}</span>}
              <br />
              <span class="muted">
                {one.at && (one.by || t.noticePage.commandLine)} <code>{one.notice.slice(0, 8)}</code>
              </span>
            </div>
            <button type="button" class="quiet" onClick={() => show(shown === one.notice ? undefined : one.notice)}>
              {shown === one.notice ? t.noticePage.showDraft : t.noticePage.show}
            </button>
            {one.notice !== site.notice && !site.announcement && may('edit notices', site.id) && (
              <button type="button" class="quiet" onClick={async () => setFailure(await publishAgain(one.notice))}>
                {t.noticePage.goBack}
              </button>
            )}
          </li>
        ))}
      </ol>
    </fieldset>
  );
};
