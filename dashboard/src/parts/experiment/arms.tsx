import type { Arm, ExperimentReport, Site } from '../../../../schemas/types.gen.ts';
import { letterOf } from '../../experiment.ts';
import { format, language, t } from '../../language.ts';
import { Frame, useAddress } from '../notice/frame.tsx';

/** The notices side by side, as visitors see them. */
export const ArmsShown = ({ site, report }: { site: Site; report: ExperimentReport }) => (
  <section class="card">
    <h2>{t.experimentPage.arms}</h2>
    <div class="arms">
      {report.arms.map((arm, i) => (
        <ArmShown key={arm.notice} site={site} arm={arm} letter={letterOf(i)} />
      ))}
    </div>
  </section>
);

const glance = { scheme: 'light', regime: 'opt-in', language };

const ArmShown = ({ site, arm, letter }: { site: Site; arm: Arm; letter: string }) => {
  const title = t.experimentPage.arm(letter, format.share(arm.share, 100));
  return (
    <figure>
      <figcaption>
        {title} <code>{arm.notice.slice(0, 8)}</code>{' '}
        {arm.notice === site.notice && <span class="mark">{t.experimentPage.published}</span>}
      </figcaption>
      <Frame address={useAddress(site.id, arm.notice, undefined, glance)} width={960} title={title} />
    </figure>
  );
};
