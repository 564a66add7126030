import { policy } from 'assent:config';
import { signalled } from '../decide.ts';
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
      h('p', {}, texts._text, ' ', link(policy, texts._policy)),
      signalled && h('p', {}, texts._gpc),
    ),
    footer(texts, 'manage', texts._manage),
  );
  new ResizeObserver(() => {
    const { height, top } = banner.getBoundingClientRect();
    keepRoom(height && innerHeight - top);
  }).observe(banner);
  // Called back at the first paint also for what has no box, of which the former hears nothing.
  new IntersectionObserver(([entry]) => entry!.boundingClientRect.width || onHidden()).observe(banner);
  return banner;
};
