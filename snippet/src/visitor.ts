import { record } from './decide.ts';
import { emit } from './events.ts';
import { once, sweep } from './gate.ts';
import { language, loadLanguage } from './language.ts';
import { place } from './notice/place.ts';
import { loadPart } from './part.ts';
import { readMirror } from './storage.ts';

type Visitor = ReturnType<typeof import('./visitor/visitor.ts').default>;

let loading: Promise<Visitor> | undefined;

const load = async (): Promise<Visitor> => {
  const visitor = await loadPart('visitor');
  if (HAS_LANGUAGES) await loadLanguage();
  return visitor({
    _record: record,
    _emit: emit,
    _once: once,
    _sweep: sweep,
    _place: place,
    _mirror: readMirror,
    _texts: language,
  });
};

/**
 * Fetches what only some visits show: preferences, placeholders, the visitor's own panel. After a failure it is tried
 * again only where the caller knows what to do otherwise.
 */
export const withVisitor = (use?: (visitor: Visitor) => void, otherwise?: () => void): void => {
  loading ||= load();
  loading.then(use, () => {
    if (!otherwise) return;
    loading = undefined;
    otherwise();
  });
};
