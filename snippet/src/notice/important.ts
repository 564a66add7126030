/** Writes a sheet of ours out in full: & is what `scope` selects, and every declaration outweighs those of the page. */
export const important = (css: string, scope: string): string =>
  css.replace(/&/g, scope).replace(/[^}](?=[;}])/g, '$&!important');
