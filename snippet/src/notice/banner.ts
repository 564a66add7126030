import { policy } from 'assent:config';
import { signalled } from '../decide.ts';
import { footer, h, link } from './dom.ts';
import { keepRoom } from './sheet.ts';

/** The first layer: not modal, takes no focus, locks nothing. */
export const makeBanner = (texts: Texts): HTMLElement => {
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
  new ResizeObserver(() => keepRoom(innerHeight - banner.getBoundingClientRect().top)).observe(banner);
  return banner;
};
