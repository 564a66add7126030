import type { ComponentChildren } from 'preact';
import type { ThirdParties as Seen, Sighted } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';
import { Code } from './code.tsx';

const columns = ['host', 'service', 'kind', 'pages', 'days', 'held'] as const;

/** Third parties that visitors' browsers met, or how to have them told. */
export const ThirdParties = ({ seen }: { seen: Seen }) => (
  <section class="card">
    <h2>{t.third.title}</h2>
    {seen.sighted.length === 0 ? <Empty mode={seen.autoBlock} /> : <List seen={seen} />}
  </section>
);

const Empty = ({ mode }: { mode: Seen['autoBlock'] }) => {
  if (mode !== 'off') return <p class="muted">{t.third.none}</p>;
  return (
    <>
      <p>{t.third.off}</p>
      <Code label={t.third.off} text='"autoBlock": "report"' />
    </>
  );
};

// What is held back is a fact in the mode `block` alone.
const heading = (column: (typeof columns)[number], mode: Seen['autoBlock']): string =>
  column === 'held' && mode !== 'block' ? t.third.wouldBeHeld : t.third[column];

const List = ({ seen: { sighted, autoBlock } }: { seen: Seen }) => (
  <>
    <p class="muted">{t.third.lead}</p>
    {autoBlock !== 'block' && <p class="muted">{t.third.nothingHeld}</p>}
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (axe scrollable-region-focusable). */}
    <section class="scroll" tabIndex={0} aria-label={t.third.title}>
      <table class="recent third">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" class={column === 'pages' ? 'number' : ''}>
                {heading(column, autoBlock)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sighted.map((row) => (
            <Row key={`${row.host} ${row.kind} ${row.service}`} row={row} mode={autoBlock} />
          ))}
        </tbody>
      </table>
    </section>
  </>
);

const Row = ({ row, mode }: { row: Sighted; mode: Seen['autoBlock'] }) => (
  <tr>
    <Cell column="host" mode={mode}>
      {row.host === '*' ? t.third.others : <bdi>{row.host}</bdi>}
    </Cell>
    <Cell column="service" mode={mode}>
      {row.name ? (
        `${row.name} (${t.purposes[row.purpose] ?? row.purpose})`
      ) : (
        <span class="muted">{t.third.unknown}</span>
      )}
    </Cell>
    <Cell column="kind" mode={mode}>
      {t.third.kinds[row.kind]}
    </Cell>
    <Cell column="pages" mode={mode}>
      {format.number(row.pages)}
    </Cell>
    <Cell column="days" mode={mode}>
      {format.day(row.firstDay)}
      {row.lastDay !== row.firstDay && ` – ${format.day(row.lastDay)}`}
    </Cell>
    <Cell column="held" mode={mode}>
      {row.held ? t.third.yes : t.third.no}
    </Cell>
  </tr>
);

// The label repeats the column's heading where the style sheet turns rows into blocks.
const Cell = ({ column, mode, children }: CellProps) => (
  <td class={column === 'pages' ? 'pages number' : column} data-label={heading(column, mode)}>
    {children}
  </td>
);

interface CellProps {
  column: (typeof columns)[number];
  mode: Seen['autoBlock'];
  children: ComponentChildren;
}
