import { useState } from 'preact/hooks';
import type { HoldOrder, LegalHold } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';

interface Props {
  holds: LegalHold[];
  /** Does something about them; nothing for those who may only look. */
  act: ((to: string, order: HoldOrder | { because: string }) => Promise<boolean>) | undefined;
}

const dayOf = (iso: string) => format.date(iso.slice(0, 10));

/** The last day of what ends with the beginning of another one. */
const lastOf = (iso: string) => format.date(new Date(Date.parse(iso) - 1).toISOString().slice(0, 10));

const extentOf = ({ extent, from, to }: LegalHold): string =>
  from && to ? t.retentionPage.fromTo(dayOf(from), lastOf(to)) : (t.retentionPage.extents[extent] ?? extent);

const stateOf = ({ inForce, end, endedAt, endedBy, because }: LegalHold): string => {
  const texts = t.retentionPage;
  if (endedAt) return texts.ended(endedBy ?? '', dayOf(endedAt), because ?? '');
  if (!end) return '';
  return inForce ? texts.until(lastOf(end)) : texts.over(lastOf(end));
};

/** The legal holds, and the form that sets another one. */
export const Holds = ({ holds, act }: Props) => {
  const texts = t.retentionPage;
  return (
    <section class="card">
      <h2>{texts.holds}</h2>
      <p class="muted">{texts.holdsLead}</p>
      {holds.length === 0 && <p>{texts.noHolds}</p>}
      <ul class="requests">
        {holds.map((hold) => (
          <li key={hold.id} class={hold.inForce ? undefined : 'muted'}>
            <strong>{extentOf(hold)}</strong> {hold.reason}{' '}
            <small>
              {texts.by(hold.author, dayOf(hold.createdAt))} {stateOf(hold)}
            </small>
            {act && hold.inForce && <Release hold={hold} act={act} />}
          </li>
        ))}
      </ul>
      {act && <SetHold act={act} />}
    </section>
  );
};

const Release = ({ hold, act }: { hold: LegalHold; act: NonNullable<Props['act']> }) => {
  const texts = t.retentionPage;
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    void act(`holds/${hold.id}/end`, { because: String(data.get('because')) });
  };
  return (
    <details>
      <summary>
        {texts.release} <span class="unseen">{extentOf(hold)}</span>
      </summary>
      <form onSubmit={onSubmit}>
        <div class="field">
          <label for={`because-${hold.id}`}>{texts.because}</label>
          <input id={`because-${hold.id}`} name="because" required maxLength={1000} />
        </div>
        <div>
          <button type="submit" class="quiet">
            {texts.release}
          </button>
        </div>
      </form>
    </details>
  );
};

type Extent = 'site' | 'visitor' | 'period';

const SetHold = ({ act }: { act: NonNullable<Props['act']> }) => {
  const texts = t.retentionPage;
  const [extent, setExtent] = useState<Extent>('site');
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ''));
    if (await act('holds', given as unknown as HoldOrder)) {
      form.reset();
      setExtent('site');
    }
  };
  const field = (name: string, label: string, type: 'text' | 'date', required = true) => (
    <div class="field">
      <label for={`hold-${name}`}>{label}</label>
      {type === 'date' ? (
        <input id={`hold-${name}`} name={name} type="date" required={required} />
      ) : (
        <input id={`hold-${name}`} name={name} required={required} maxLength={1000} />
      )}
    </div>
  );
  return (
    <details>
      <summary>{texts.set}</summary>
      <form onSubmit={onSubmit}>
        {field('reason', texts.reason, 'text')}
        <div class="field">
          <label for="hold-extent">{texts.extent}</label>
          <select id="hold-extent" value={extent} onChange={(event) => setExtent(event.currentTarget.value as Extent)}>
            <option value="site">{texts.ofSite}</option>
            <option value="visitor">{texts.ofVisitor}</option>
            <option value="period">{texts.ofPeriod}</option>
          </select>
        </div>
        {extent === 'visitor' && field('receipt', texts.receipt, 'text')}
        {extent === 'period' && field('from', texts.from, 'date')}
        {extent === 'period' && field('to', texts.to, 'date')}
        {field('end', texts.end, 'date', false)}
        <div>
          <button type="submit" class="primary">
            {texts.submit}
          </button>
        </div>
      </form>
    </details>
  );
};
