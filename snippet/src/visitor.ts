import { record } from './decide.ts';
import { once, sweep } from './gate.ts';
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

/** Milliseconds after which what could not be fetched is tried again. */
const PAUSE = 5000;

const forget = (): void => {
  loading = undefined;
};

/** Fetches what only some visits show: what is told of services, the visitor's own panel, placeholders. */
export const withVisitor = (use: (visitor: Visitor) => void): void => {
  if (!loading) {
    loading = load();
    loading.catch(() => setTimeout(forget, PAUSE));
  }
  loading.then(use, () => {});
};
