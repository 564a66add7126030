/** Type of scripts that wait. */
export const INERT = 'text/plain';
