import type { Condition, Figures } from './visit.ts';

interface Column {
  readonly key: string;
  readonly title: string;
  /** Divides the figure to print it. */
  readonly unit?: number;
  /** What the page costs anyway is taken off. */
  readonly overEmpty?: boolean;
}

const columns: readonly Column[] = [
  { key: 'visible', title: 'visible ms' },
  { key: 'settled', title: 'settled ms' },
  { key: 'click', title: 'click>tag ms' },
  { key: 'returning', title: 'return>tag ms' },
  { key: 'painted', title: 'paint +ms', overEmpty: true },
  { key: 'main', title: 'main +ms', overEmpty: true },
  { key: 'script', title: 'script +ms', overEmpty: true },
  { key: 'blocking', title: 'TBT +ms', overEmpty: true },
  { key: 'insertions', title: '10k nodes ms' },
  { key: 'shift', title: 'CLS' },
  { key: 'largest', title: 'is LCP' },
  { key: 'heap', title: 'heap +kB', unit: 1000, overEmpty: true },
  { key: 'nodes', title: 'nodes +', overEmpty: true },
  { key: 'listeners', title: 'listeners +', overEmpty: true },
  { key: 'requests', title: 'requests' },
  { key: 'bytes', title: 'kB', unit: 1000 },
];

const median = (values: readonly number[]): number | undefined => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

const number = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '' : value.toFixed(Math.abs(value) < 10 && value % 1 ? 1 : 0);

const ratio = (value: number | undefined, base: number | undefined): string =>
  value !== undefined && base && base > 0 ? `${(value / base).toFixed(2)}x` : '';

/** Prints a condition's medians, and ours as ratios to the floor and to whichever peer is best in each column. */
export const print = (condition: Condition, results: ReadonlyMap<string, readonly Figures[]>): void => {
  const middle = (name: string, key: string) => median(results.get(name)!.flatMap((figures) => figures[key] ?? []));
  const shown = columns.filter(({ key }) => middle('ours', key) !== undefined);
  const cell = (name: string, { key, overEmpty }: Column) => {
    const value = middle(name, key);
    return value === undefined ? value : value - (overEmpty ? middle('empty page', key)! : 0);
  };
  const peers = [...results.keys()].filter((name) => !/^(empty page|floor|ours.*)$/.test(name));
  const best = (column: Column) => Math.min(...peers.map((name) => cell(name, column) ?? Infinity));
  const rows = [
    ['', ...shown.map(({ title }) => title)],
    ...[...results.keys()].map((name) => [
      name,
      ...shown.map((column) => {
        const value = name === 'empty page' ? middle(name, column.key) : cell(name, column);
        return number(value === undefined ? value : value / (column.unit || 1));
      }),
    ]),
    ['ours / floor', ...shown.map((column) => ratio(cell('ours', column), cell('floor', column)))],
    ['ours / best peer', ...shown.map((column) => ratio(cell('ours', column), best(column)))],
  ];
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  console.log(`\n${condition.name}: medians of ${results.get('ours')!.length} runs; + is over the empty page`);
  for (const row of rows)
    console.log(row.map((text, i) => (i ? text.padStart(widths[i]!) : text.padEnd(widths[i]!))).join('  '));
};
