import type { Choice } from './choice.ts';
import { current, setChoice } from './state.ts';
import { readChoice } from './storage.ts';

const essence = ({ _at, _answers }: Choice): string => JSON.stringify([_at, _answers]);

/**
 * Calls back when another tab, or this page while it slept in the back-forward cache, missed a choice. Storage tells
 * the other tabs of each change by itself, and unlike an open channel keeps no page out of that cache.
 */
export const keepInStep = (onNews: (latest: Choice) => void): void => {
  const refresh = () => {
    const latest = readChoice();
    if (essence(latest) !== essence(current)) onNews(latest);
    else setChoice(latest);
  };
  for (const moment of ['storage', 'pageshow', 'visibilitychange']) addEventListener(moment, refresh);
};
