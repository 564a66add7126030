/**
 * What a function returns, or undefined where the browser forbids it: blocked storage, a sandboxed frame, a policy of
 * the page. The script then does without, and everything that needs a grant stays off.
 */
export const attempt = <T>(forbidden: () => T): T | undefined => {
  try {
    return forbidden();
  } catch {
    return undefined;
  }
};
