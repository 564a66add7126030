import type { ComponentChildren } from 'preact';
import type { ThirdParties as Seen, Sighted } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';
import { Code } from './code.tsx';

const columns = ['host', 'service', 'kind', 'pages', 'days', 'held'] as const;

/** Third parties that visitors' browsers met, or how to have them told. */
export const ThirdParties = ({ seen }: { seen: Seen }) => (
  <section class="card">
    <h2>{t.third.title}</h2>
    {seen.sighted.length === 0 ? <Empty mode={seen.autoBlock} /> : <List sighted={seen.sighted} />}
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

const List = ({ sighted }: { sighted: Sighted[] }) => (
  <>
    <p class="muted">{t.third.lead}</p>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (axe scrollable-region-focusable). */}
    <section class="scroll" tabIndex={0} aria-label={t.third.title}>
      <table class="recent third">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" class={column === 'pages' ? 'number' : ''}>
                {t.third[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sighted.map((row) => (
            <Row key={`${row.host} ${row.kind} ${row.service}`} row={row} />
          ))}
        </tbody>
      </table>
    </section>
  </>
);

const Row = ({ row }: { row: Sighted }) => (
  <tr>
    <Cell column="host">{row.host === '*' ? t.third.others : <bdi>{row.host}</bdi>}</Cell>
    <Cell column="service">
      {row.name ? (
        `${row.name} (${t.purposes[row.purpose] ?? row.purpose})`
      ) : (
        <span class="muted">{t.third.unknown}</span>
      )}
    </Cell>
    <Cell column="kind">{t.third.kinds[row.kind]}</Cell>
    <Cell column="pages">{format.number(row.pages)}</Cell>
    <Cell column="days">
      {format.day(row.firstDay)}
      {row.lastDay !== row.firstDay && ` – ${format.day(row.lastDay)}`}
    </Cell>
    <Cell column="held">{row.held ? t.third.yes : t.third.no}</Cell>
  </tr>
);

// The label repeats the column's heading where the style sheet turns rows into blocks.
const Cell = ({ column, children }: { column: (typeof columns)[number]; children: ComponentChildren }) => (
  <td class={column === 'pages' ? 'pages number' : column} data-label={t.third[column]}>
    {children}
  </td>
);
