import { attempt } from '../attempt.ts';

/** Puts a sheet last. Not by way of the document itself: a form of the property's name would stand in its place. */
export const append = (sheet: CSSStyleSheet): void => {
  (Reflect.get(Document.prototype, 'adoptedStyleSheets', document) as CSSStyleSheet[]).push(sheet);
};

/**
 * Applies a sheet of ours for what `scope` selects, which it calls &, each declaration outweighing those of the page. A
 * constructed sheet needs no permission of the page's Content-Security-Policy. Browsers before 2023 do not know it and
 * show everything plainly.
 */
export const adopt = (css: string, scope: string): void => {
  attempt(() => {
    const sheet = new CSSStyleSheet();
    // In this order, because what a pattern was applied to last is kept in memory.
    sheet.replaceSync(css.replace(/[^}](?=[;}])/g, '$&!important').replaceAll('&', scope));
    append(sheet);
  });
};
