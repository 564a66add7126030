import { useState } from 'preact/hooks';
import type { Site } from '../../../../schemas/types.gen.ts';
import type { Failure } from '../../api.ts';
import { withdraw } from '../../draft.ts';
import { explain } from '../../explain.ts';
import { format, t } from '../../language.ts';
import { Confirm } from '../confirm.tsx';

/** The change that visitors are told to expect, and the way to give it up. */
export const Announced = ({ site, editable }: { site: Site | undefined; editable: boolean }) => {
  const [failure, setFailure] = useState<Failure>();
  const announced = site?.announcement;
  if (!site || !announced) return null;
  const texts = t.noticePage.timing;
  const instant = format.instant(announced.at);
  return (
    <div class="caution">
      <p>
        {texts.announced(instant)} <a href={`/notices/${site.id}/`}>{texts.page}</a>
      </p>
      {editable && (
        <Confirm
          label={texts.withdraw}
          really={texts.reallyWithdraw}
          about={instant}
          act={async () => setFailure(await withdraw())}
        />
      )}
      <div role="alert">{failure && <p class="refusal">{explain(failure, { 412: t.noticePage.stale })}</p>}</div>
    </div>
  );
};
