import { record } from './decide.ts';
import { sweep } from './gate.ts';
import { once } from './granted.ts';
import { language, loadLanguage } from './language.ts';
import { loadPart } from './part.ts';
import { readMirror } from './storage.ts';

type Visitor = ReturnType<typeof import('./visitor/visitor.ts').default>;

let loading: Promise<Visitor> | undefined;

const load = async (): Promise<Visitor> => {
  const visitor = await loadPart('visitor');
  if (HAS_LANGUAGES) await loadLanguage();
  return visitor({
    _record: record,
    _once: once,
    _sweep: sweep,
    _mirror: readMirror,
    _texts: language,
  });
};

/** Fetches what only some visits show: what is told of services, the visitor's own panel, placeholders. */
export const withVisitor = (use: (visitor: Visitor) => void): void => {
  if (!loading) {
    loading = load();
    // What could not be fetched is tried again, though not at once.
    loading.catch(() => setTimeout(() => (loading = undefined), 5000));
  }
  loading.then(use, () => {});
};
