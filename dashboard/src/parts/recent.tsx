import type { ComponentChildren } from 'preact';
import type { Receipt } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';
import { grantedIn, marksOf, outcomeOf } from '../outcome.ts';

const columns = ['time', 'outcome', 'purposes', 'source', 'page', 'language', 'marks'] as const;

interface Props {
  receipts: Receipt[];
  /** Shows more of one. */
  choose?: (receipt: Receipt) => void;
}

/** Decisions, the last first. */
export const Recent = ({ receipts, choose }: Props) => {
  if (receipts.length === 0) return <p class="muted">{t.recent.empty}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (axe scrollable-region-focusable).
    <section class="scroll" tabIndex={0} aria-label={t.recent.title}>
      <table class="recent">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {t.recent[column]}
              </th>
            ))}
            {choose && <td />}
          </tr>
        </thead>
        <tbody>
          {receipts.map((receipt) => (
            <Row key={`${receipt.subject} ${receipt.id}`} receipt={receipt} choose={choose} />
          ))}
        </tbody>
      </table>
    </section>
  );
};

const Row = ({ receipt, choose }: { receipt: Receipt; choose: Props['choose'] }) => {
  const outcome = outcomeOf(receipt);
  const granted = grantedIn(receipt);
  return (
    <tr>
      <Cell column="time">
        <time dateTime={receipt.recordedAt}>{format.instant(receipt.recordedAt)}</time>
      </Cell>
      <Cell column="outcome">
        <span class="badge">
          <i class={`dot ${outcome}`} />
          {t.rates[outcome]}
        </span>
      </Cell>
      <Cell column="purposes">
        {granted.length ? (
          granted.map((name) => t.purposes[name] ?? name).join(', ')
        ) : (
          <span class="muted">{t.recent.none}</span>
        )}
      </Cell>
      <Cell column="source">{t.sources[receipt.source] ?? receipt.source}</Cell>
      <Cell column="page">
        {receipt.page ? <bdi>{receipt.page}</bdi> : <span class="muted">{t.recent.noPage}</span>}
      </Cell>
      <Cell column="language">{receipt.locale ?? '–'}</Cell>
      <Cell column="marks">{marksOf(receipt).map(toMark)}</Cell>
      {choose && (
        <td class="actions">
          <button
            type="button"
            class="quiet"
            aria-label={t.decisionsPage.detailsOf(receipt.id)}
            onClick={() => choose(receipt)}
          >
            {t.decisionsPage.details}
          </button>
        </td>
      )}
    </tr>
  );
};

// The label repeats the column's heading where the style sheet turns rows into blocks.
const Cell = ({ column, children }: { column: (typeof columns)[number]; children: ComponentChildren }) => (
  <td class={column} data-label={t.recent[column]}>
    {children}
  </td>
);

const toMark = (mark: string) => (
  <abbr key={mark} class="mark" title={t.marks[mark]?.meaning ?? mark}>
    {t.marks[mark]?.name ?? mark}
  </abbr>
);
