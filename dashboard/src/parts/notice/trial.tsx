import { useState } from 'preact/hooks';
import type { Difference } from '../../../../schemas/types.gen.ts';
import type { Failure } from '../../api.ts';
import { tryOut } from '../../draft.ts';
import { explain } from '../../explain.ts';
import { format, t } from '../../language.ts';
import { follow, go, hrefOf, routeTo } from '../../route.ts';
import { siteOf, sites } from '../../sites.ts';
import { view } from '../../view.ts';

const shares = [10, 20, 50];
const triable = /^\/(texts|look)\//;

/** The way to show the draft to a share of the visitors first, or to the experiment that runs. */
export const Trial = ({ differences, ready }: { differences: Difference[]; ready: boolean }) => {
  const texts = t.experimentPage;
  const last = siteOf(sites.value ?? [], view.value.site)?.experiments?.at(-1);
  if (last && !last.endedAt) {
    const to = routeTo('experiment');
    return (
      <p class="caution">
        {texts.runs}{' '}
        <a href={hrefOf(to)} onClick={(event) => follow(event, to)}>
          {texts.toExperiment}
        </a>
      </p>
    );
  }
  if (differences.length === 0) return null;
  return (
    <section class="trial">
      <h2>{texts.start}</h2>
      <p class="hint">{texts.startLead}</p>
      {differences.every(({ pointer }) => triable.test(pointer)) ? (
        <Start ready={ready} />
      ) : (
        <p class="hint">{texts.otherwise}</p>
      )}
    </section>
  );
};

const Start = ({ ready }: { ready: boolean }) => {
  const [share, setShare] = useState(50);
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const texts = t.experimentPage;
  const onClick = async () => {
    if (!ready || busy) return;
    setBusy(true);
    const reason = await tryOut(share);
    setBusy(false);
    setFailure(reason);
    if (!reason) go(routeTo('experiment'));
  };
  return (
    <>
      <div class="start">
        <select
          aria-label={texts.share}
          value={share}
          onChange={(event) => setShare(Number(event.currentTarget.value))}
        >
          {shares.map((one) => (
            <option key={one} value={one}>
              {texts.shares(format.share(one, 100))}
            </option>
          ))}
        </select>
        <button type="button" class="quiet" aria-disabled={!ready || busy} onClick={onClick}>
          {texts.submit}
        </button>
      </div>
      <div role="alert">
        {failure && (
          <p class="refusal">{explain(failure, { 409: texts.untold, 412: texts.stale, 422: texts.refused })}</p>
        )}
      </div>
    </>
  );
};
