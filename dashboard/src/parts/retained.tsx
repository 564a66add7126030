import type { DeletionRecord, RetainedClass } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';

const dayOf = (iso: string) => format.date(iso.slice(0, 10));

const total = (months: RetainedClass['months']): number => months.reduce((sum, { count }) => sum + count, 0);

/** What would go now, with the months that it is from. */
const due = ({ months }: RetainedClass): string => {
  const [first, last] = [months[0]?.month, months.at(-1)?.month];
  if (!first || !last) return t.retentionPage.nothing;
  return t.retentionPage.counted(format.number(total(months)), first === last ? first : `${first} – ${last}`);
};

const next = (one: RetainedClass): string => {
  const texts = t.retentionPage;
  if (one.held) return texts.held;
  if (one.announced) return texts.announced(format.number(one.announced.count), dayOf(one.announced.due));
  return total(one.months) > 0 ? texts.waiting : texts.stays;
};

interface Props {
  classes: RetainedClass[];
  /** Sets the site's own periods; nothing for those who may only look. */
  set: ((days: Record<string, number>) => Promise<boolean>) | undefined;
}

const periodOf = ({ days, own }: RetainedClass): string => {
  const period = days === 0 ? t.retentionPage.forever : t.retentionPage.days(format.number(days));
  return own ? `${period}, ${t.retentionPage.own}` : period;
};

/** Each class, for how long it is kept, and what goes next. */
export const Classes = ({ classes, set }: Props) => {
  const texts = t.retentionPage;
  return (
    <section class="card">
      <p class="muted">{texts.lead}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (axe scrollable-region-focusable). */}
      <section class="scroll" tabIndex={0} aria-label={texts.what}>
        <table>
          <thead>
            <tr>
              <th scope="col">{texts.what}</th>
              <th scope="col">{texts.period}</th>
              <th scope="col">{texts.due}</th>
              <th scope="col">{texts.next}</th>
            </tr>
          </thead>
          <tbody>
            {classes.map((one) => (
              <tr key={one.class}>
                <th scope="row">{texts.classes[one.class] ?? one.class}</th>
                <td>{periodOf(one)}</td>
                <td>{due(one)}</td>
                <td>{next(one)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {set && <Periods classes={classes.filter(({ everywhere }) => !everywhere)} set={set} />}
    </section>
  );
};

const Periods = ({ classes, set }: { classes: RetainedClass[]; set: NonNullable<Props['set']> }) => {
  const texts = t.retentionPage;
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const given = [...new FormData(event.currentTarget as HTMLFormElement)].filter(([, value]) => value !== '');
    void set(Object.fromEntries(given.map(([name, value]) => [name, Number(value)])));
  };
  return (
    <details>
      <summary>{texts.change}</summary>
      <form onSubmit={onSubmit}>
        {classes.map((one) => (
          <div class="field" key={one.class}>
            <label for={`days-${one.class}`}>{texts.inDays(texts.classes[one.class] ?? one.class)}</label>
            <input
              id={`days-${one.class}`}
              name={one.class}
              type="number"
              min={0}
              max={one.most}
              defaultValue={one.own ? String(one.days) : ''}
              aria-describedby={`days-${one.class}-hint`}
            />
            <p id={`days-${one.class}-hint`} class="hint">
              {texts.changeHint(
                one.usual === 0 ? texts.forever : texts.days(format.number(one.usual)),
                format.number(one.least),
                format.number(one.most),
              )}
            </p>
          </div>
        ))}
        <div>
          <button type="submit" class="primary">
            {texts.save}
          </button>
        </div>
      </form>
    </details>
  );
};

const stateOf = ({ verified, finishedAt }: DeletionRecord): string => {
  if (verified) return t.retentionPage.verified;
  return finishedAt ? t.retentionPage.left : t.retentionPage.running;
};

/** The records of what was removed. */
export const Deletions = ({ deletions }: { deletions: DeletionRecord[] }) => {
  const texts = t.retentionPage;
  return (
    <section class="card">
      <h2>{texts.deletions}</h2>
      {deletions.length === 0 ? (
        <p>{texts.noDeletions}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (axe scrollable-region-focusable).
        <section class="scroll" tabIndex={0} aria-label={texts.deletions}>
          <table>
            <thead>
              <tr>
                <th scope="col">{texts.what}</th>
                <th scope="col">{texts.before}</th>
                <th scope="col" class="number">
                  {texts.removed}
                </th>
                <th scope="col">{texts.state}</th>
              </tr>
            </thead>
            <tbody>
              {deletions.map((one) => (
                <tr key={`${one.class} ${one.startedAt}`}>
                  <th scope="row">
                    {texts.classes[one.class] ?? one.class} <small>{texts.by(one.by, dayOf(one.startedAt))}</small>
                  </th>
                  <td>{dayOf(one.before)}</td>
                  <td class="number">{format.number(one.removed)}</td>
                  <td>{stateOf(one)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
};
