const interval = 5_000;
// A page that nobody uses stops asking, so that the session can grow idle and end (ASVS 7.3.1).
const unused = 15 * 60_000;

/** Calls refresh every few seconds while the page is visible and in use. Returns how to stop. */
export const autoRefresh = (refresh: () => void): (() => void) => {
  let lastUse = Date.now();
  const paused = () => document.hidden || Date.now() - lastUse > unused;
  const timer = setInterval(() => {
    if (!paused()) refresh();
  }, interval);
  const used = () => {
    const wasPaused = paused();
    lastUse = Date.now();
    if (wasPaused && !document.hidden) refresh();
  };
  const shown = () => {
    if (document.hidden) return;
    lastUse = Date.now();
    refresh();
  };
  const stop = new AbortController();
  addEventListener('pointerdown', used, { signal: stop.signal });
  addEventListener('keydown', used, { signal: stop.signal });
  document.addEventListener('visibilitychange', shown, { signal: stop.signal });
  return () => {
    clearInterval(timer);
    stop.abort();
  };
};
