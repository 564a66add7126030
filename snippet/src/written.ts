import { isLoading } from './loading.ts';
import { mark } from './mark.ts';
import { trusted } from './trusted.ts';

interface Writer extends HTMLScriptElement {
  /** What it has written and where it is not yet shown. */
  _text?: string;
}

let native = document.write;

const show = (writer: Writer): void => {
  writer.after(document.createRange().createContextualFragment(trusted().createHTML(writer._text!)));
  writer._text = '';
};

const write = (...parts: string[]): void => {
  const writer = document.currentScript as Writer | null;
  if (isLoading() && !(writer && mark(writer, 'assent'))) native.apply(document, parts);
  // A callback has no place of its own.
  else if (!writer) console.warn('assent: dropped document.write', ...parts);
  else {
    // Shown when the script has come to its end.
    if (!writer._text) queueMicrotask(() => show(writer));
    writer._text = (writer._text || '') + parts.join('');
  }
};

/** Puts what scripts write from now on beside them. Once the page is read, it would replace the page. */
export const keepPage = (): void => {
  if (document.write === write) return;
  native = document.write;
  document.write = document.writeln = write;
};
