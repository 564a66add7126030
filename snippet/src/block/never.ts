/** Granted by nobody: what has been started once, and what is suspended. */
export const NEVER = '-';
