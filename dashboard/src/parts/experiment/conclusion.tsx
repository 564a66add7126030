import { useState } from 'preact/hooks';
import type { ExperimentReport, Site } from '../../../../schemas/types.gen.ts';
import type { Failure } from '../../api.ts';
import { conclude, letterOf } from '../../experiment.ts';
import { explain } from '../../explain.ts';
import { t } from '../../language.ts';

/** The ways out: back to the control, or on with a variant. Neither is offered as the one to take. */
export const Conclusion = ({ site, report: { experiment } }: { site: Site; report: ExperimentReport }) => {
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const texts = t.experimentPage;
  const onClick = async (adopted?: string) => {
    if (busy) return;
    setBusy(true);
    setFailure(await conclude(site.id, experiment.id, adopted));
    setBusy(false);
  };
  return (
    <section class="card ways">
      <div>
        <button type="button" class="quiet" aria-disabled={busy} onClick={() => void onClick()}>
          {texts.end}
        </button>
        <p class="hint">{texts.endHint}</p>
      </div>
      {experiment.variants.map(({ notice }, i) => (
        <div key={notice}>
          <button type="button" class="quiet" aria-disabled={busy} onClick={() => void onClick(notice)}>
            {texts.publish(letterOf(i + 1))}
          </button>
          <p class="hint">{texts.publishHint}</p>
        </div>
      ))}
      <div role="alert">{failure && <p class="refusal">{explain(failure, { 412: texts.stale })}</p>}</div>
    </section>
  );
};
