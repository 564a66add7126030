/** Less than this many pixels either way is no embed that anyone looks at, such as a frame that counts. */
const LEAST = 64;

/**
 * Lays a placeholder exactly over an embed and keeps it there. The embed stays where it is, so that nothing on the page
 * moves, whatever gives it its size. Calls back when the embed has left the document. The policy of a page that forbids
 * style attributes in markup does not concern what scripts set.
 */
export const layOver = (placeholder: HTMLElement, embed: HTMLElement, onGone: () => void): void => {
  const set = (name: string, value: string) => placeholder.style.setProperty(name, value, 'important');
  const fit = (): void => {
    if (!embed.isConnected || !placeholder.isConnected) {
      watcher.disconnect();
      onGone();
      return;
    }
    const { offsetWidth: width, offsetHeight: height } = embed;
    placeholder.hidden = width < LEAST || height < LEAST;
    set('width', `${width}px`);
    set('height', `${height}px`);
    set('translate', 'none');
    const [from, to] = [placeholder.getBoundingClientRect(), embed.getBoundingClientRect()];
    // Within something that is scaled, its pixels are not those of the window.
    const scale = to.width / width || 1;
    set('translate', `${(to.left - from.left) / scale}px ${(to.top - from.top) / scale}px`);
  };
  const watcher = new ResizeObserver(fit);
  for (const element of [embed, embed.parentElement, document.body]) if (element) watcher.observe(element);
  fit();
};
