import { INERT } from '../inert.ts';
import { mark } from '../mark.ts';
import { parse } from './party.ts';

const RUNS = /^(module|((text|application)\/(x-)?(java|ecma)script)?)$/i;

const waiting = (type: string): string =>
  `type="${INERT}"${type.toLowerCase() === 'module' ? ' data-type="module"' : ''}`;

// The attributes with which an element loads something at once. An address that the gate keeps too is one that it gives
// and takes.
const live = (element: Element): string[] =>
  (element.localName === 'link' ? ['href'] : ['src', 'srcset']).filter(
    (name) => mark(element, name) === null && parse(element.getAttribute(name) || ''),
  );

const moved = (names: string[]): string => names.map((name) => `data-${name} in place of ${name}`).join(' and ');

/** What makes an element wait for a purpose or service. */
export const markupFor = (element: Element, word: string): string => {
  const ours = `data-assent="${word}"`;
  if (element.localName === 'script') return `${waiting((element as HTMLScriptElement).type)} ${ours}`;
  if (element.localName === 'object') return `${ours} and data-src on an <iframe>, since an <object> cannot wait`;
  return `${ours} and ${moved(live(element))}`;
};

// The gate's own copy of a script that it has started, or one that auto-block gave its address.
const wasStarted = (script: Element): boolean =>
  mark(script, 'turbo-eval') === 'false' || (HAS_AUTOBLOCK && !!mark(script, 'src'));

const scriptFault = (script: HTMLScriptElement): string => {
  const { type } = script;
  if (type === INERT && (script.src || !mark(script, 'src'))) return '';
  if (type === INERT) return 'never loads: a script keeps its address in src. Write src in place of data-src';
  if (wasStarted(script)) return '';
  const why = RUNS.test(type.trim())
    ? `does not wait: browsers run a script ${type ? `of type="${type}"` : 'without type'} at once`
    : `never runs: Assent knows no script of type="${type}"`;
  return `${why}. Write ${waiting(type)}`;
};

const embedFault = (element: Element): string => {
  if (element.matches('object[data]')) return 'does not wait: an <object> cannot. Write an <iframe> with data-src';
  const names = live(element);
  if (!names[0]) return '';
  return `does not wait: browsers load what stands in ${names.join(' and ')} at once. Write ${moved(names)}`;
};

/** Why an annotated element does not wait for its grant, or would not make use of it, and how to mend that; or empty. */
export const faultOf = (element: Element): string =>
  element.localName === 'script' ? scriptFault(element as HTMLScriptElement) : embedFault(element);
