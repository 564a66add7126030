export const BANNER = '#assent-root [data-assent-layer=banner]';
export const PREFERENCES = '#assent-root [data-assent-layer=preferences]';
export const ACCEPT = `${BANNER} [data-assent-action=accept-all]`;
export const REJECT = `${BANNER} [data-assent-action=reject-all]`;
export const MANAGE = `${BANNER} [data-assent-action=manage]`;
export const SAVE = `${PREFERENCES} [data-assent-action=save]`;
export const CLOSE = `${PREFERENCES} [data-assent-action=close]`;
export const OPEN = '#assent-root > [data-assent-action=open]';
