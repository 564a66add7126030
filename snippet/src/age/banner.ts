import { hasParents } from 'assent:age';
import { purposes } from 'assent:config';
import { answersOf, undecided } from '../choice.ts';
import { apply, recordSignal } from '../decide.ts';
import { emit } from '../events.ts';
import { makeBanner as makeUsual } from '../notice/banner.ts';
import { h } from '../notice/dom.ts';
import { openPreferences } from '../notice/notice.ts';
import { keepRoom } from '../notice/sheet.ts';
import { isPending } from '../state.ts';
import { isHeld, say } from './child.ts';
import { flushVisitor } from './visitor.ts';

const plain = (label: string, onClick: () => void): HTMLButtonElement => {
  const button = h('button', { type: 'button' }, label);
  button.addEventListener('click', onClick);
  return button;
};

// As on sites for children: everything is refused, and nobody was asked.
const refuse = (): void => emit('change', apply({ ...undecided, _answers: answersOf(purposes, () => false) }));

/**
 * The first layer. Whoever has not said their age is asked for that first, by two buttons that look alike; a child is told
 * what that means and is asked nothing else.
 */
export const makeBanner = (texts: Texts, onHidden: () => void): HTMLElement => {
  if (!isHeld) return makeUsual(texts, onHidden);
  const { _question, _why, _yes, _no, _young, _ask } = texts._age!;
  // The frame stays in the page while what is asked changes. It has no box.
  const frame = h('assent-age' as 'div', {});
  const show = (section: HTMLElement): void => {
    const hadFocus = frame.contains(document.activeElement);
    frame.replaceChildren(section);
    if (!hadFocus) return;
    section.tabIndex = -1;
    section.focus();
  };
  const ask = (title: string, text: string | false, ...buttons: HTMLElement[]): void => {
    const section = h(
      'section',
      { 'data-assent-layer': 'age', role: 'dialog', 'aria-label': title },
      h('div', {}, h('h2', {}, title), text && h('p', {}, text)),
      h('div', {}, ...buttons),
    );
    new ResizeObserver(() => {
      if (section.isConnected) keepRoom(section.offsetHeight && innerHeight - section.offsetTop);
    }).observe(section);
    show(section);
  };
  const onYes = () => {
    say('adult');
    recordSignal();
    if (!isPending()) return;
    show(makeUsual(texts, onHidden));
    emit('show', { layer: 'banner' });
    flushVisitor();
  };
  const onNo = () => {
    say('child');
    const toParent = plain(_ask, () => {
      refuse();
      openPreferences();
    });
    ask(_young, false, plain(texts._close, refuse), ...(hasParents ? [toParent] : []));
  };
  ask(_question, _why, plain(_no, onNo), plain(_yes, onYes));
  return frame;
};
