import { useEffect } from 'preact/hooks';
import { draft, saving } from '../../draft.ts';
import { explain } from '../../explain.ts';
import { format, t } from '../../language.ts';
import { ask, askedOf, reached } from '../../links.ts';

/** Whether the links of the draft lead anywhere: asked when they are first looked at, and again on demand. */
export const Links = ({ site, editable }: { site: string; editable: boolean }) => {
  const notice = draft.value;
  const known = askedOf(notice);
  const settled = saving.value === 'saved' && notice !== undefined;
  const isNew = settled && editable && !known;
  useEffect(() => {
    if (isNew) void ask(site, notice);
  }, [isNew, notice]);
  const { check, failure } = known ?? {};
  if (check?.links === 0) return null;
  const busy = known !== undefined && !check && !failure;
  return (
    <div class="links">
      <p class="hint" role="status">
        {busy && t.noticePage.links.asking}
        {check && t.noticePage.links.told(...(reached(check).map(format.number) as [string, string]))}
      </p>
      {failure && <p class="fault">{explain(failure)}</p>}
      <button
        type="button"
        class="quiet"
        aria-disabled={!settled || busy}
        onClick={() => settled && !busy && void ask(site, notice)}
      >
        {t.noticePage.links.again}
      </button>
    </div>
  );
};
