import { attempt } from '../attempt.ts';

/**
 * Applies a sheet of ours for what `scope` selects, which it calls &, each declaration outweighing those of the page. A
 * constructed sheet needs no permission of the page's Content-Security-Policy. Browsers before 2023 do not know it and
 * show everything plainly.
 */
export const adopt = (css: string, scope: string): void => {
  attempt(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css.replace(/&/g, scope).replace(/[^}](?=[;}])/g, '$&!important'));
    document.adoptedStyleSheets.push(sheet);
  });
};
