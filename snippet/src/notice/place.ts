/** First for the keyboard, and above whatever the page moves, clips or piles up: popovers are drawn on top of it all. */
export const place = (root: HTMLElement): void => {
  document.body.prepend(root);
  root.showPopover?.();
};
