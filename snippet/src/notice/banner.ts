import { policy } from 'assent:config';
import { signalled } from '../signal.ts';
import { footer, h, link } from './dom.ts';
import { keepRoom } from './sheet.ts';

/** The first layer: not modal, takes no focus, locks nothing. Calls back when it is hidden or removed. */
export const makeBanner = (texts: Texts, onHidden: () => void): HTMLElement => {
  const banner = h(
    'section',
    { 'data-assent-layer': 'banner', role: 'dialog', 'aria-label': texts._title },
    h(
      'div',
      {},
      h('h2', {}, texts._title),
      // Each sentence is a box of its own: the browser takes the largest block of text on a page for what the page is
      // about (LCP), and that must not be the notice.
      h('p', {}, ...texts._text.flatMap((sentence) => [h('span', {}, sentence), ' ']), link(policy, texts._policy)),
      signalled && h('p', {}, texts._gpc),
    ),
    footer(texts, 'manage', texts._manage),
  );
  let height: number | undefined;
  const onLayout = () => {
    const { offsetHeight, offsetTop } = banner;
    if (offsetHeight === height) return;
    height = offsetHeight;
    keepRoom(height && innerHeight - offsetTop);
    if (!height) onHidden();
  };
  new ResizeObserver(onLayout).observe(banner);
  // In most browsers the observer hears nothing of what has no box from the start. After the first frame, so that asking
  // costs no layout of its own.
  setTimeout(onLayout, 99);
  return banner;
};
