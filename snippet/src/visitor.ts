import { record } from './decide.ts';
import { once, sweep } from './gate.ts';
import { loadPart } from './part.ts';

type Visitor = ReturnType<typeof import('./visitor/visitor.ts').default>;

let loading: Promise<Visitor> | undefined;

/** Fetches what only some visits show: placeholders, the visitor's own panel, and what was removed. */
export const withVisitor = (use: (visitor: Visitor) => void): void => {
  loading ||= loadPart('visitor').then((visitor) => visitor({ _record: record, _once: once, _sweep: sweep }));
  loading.then(use).catch(console.warn);
};
