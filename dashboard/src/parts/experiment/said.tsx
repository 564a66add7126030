import type { Experiment, ExperimentReport } from '../../../../schemas/types.gen.ts';
import { findingsIn, letterOf, steering, verdictOf } from '../../experiment.ts';
import { format, t } from '../../language.ts';

/** What can be said so far, in words, with what is to be minded. */
export const Said = ({ report }: { report: ExperimentReport }) => {
  const { experiment, from, needed, split, bounded } = report;
  const texts = t.experimentPage;
  const verdict = verdictOf(report);
  const isOpen = verdict === 'open' || verdict === 'few';
  return (
    <section class="card said">
      <p class={experiment.endedAt ? 'muted' : 'muted live'}>{periodOf(experiment)}</p>
      {split === 'wrong' ? <p class="caution">{texts.split}</p> : <h2>{texts.verdicts[verdict]}</h2>}
      {split !== 'wrong' && verdict === 'found' && (
        <ul>
          {findingsIn(report).map((finding) => (
            <li key={finding}>{finding}</li>
          ))}
        </ul>
      )}
      {isOpen && !experiment.endedAt && needed > 0 && <p>{texts.needed(format.number(needed))}</p>}
      {steering(report).map((letter) => (
        <p key={letter} class="caution">
          {texts.steers(letter)}
        </p>
      ))}
      {bounded && <p class="caution">{texts.bounded}</p>}
      <p class="hint">
        {texts.certain} {texts.counted(format.instant(from))}
      </p>
    </section>
  );
};

const periodOf = ({ startedAt, startedBy = '', endedAt, adopted, variants }: Experiment): string => {
  const since = format.instant(startedAt);
  if (!endedAt) return t.experimentPage.running(since, startedBy);
  const published = variants.findIndex(({ notice }) => notice === adopted);
  const ended = t.experimentPage.ended(since, format.instant(endedAt));
  return published < 0 ? ended : `${ended} ${t.experimentPage.adopted(letterOf(published + 1))}`;
};
