import { purposes, services } from 'assent:config';
import { css, facts } from 'assent:visitor';
import { adopt } from '../notice/adopt.ts';
import { button, footer, h } from '../notice/dom.ts';
import { isFinal, signalled } from '../signal.ts';
import { makeDetails } from './facts.ts';
import type { Means } from './means.ts';
import { makePanel } from './panel.ts';
import { reflect } from './switches.ts';

// Essential is fixed on, and its services with it; what the browser's signal refuses for good is fixed off.
const isFixed = (purpose: string): boolean =>
  purpose === 'essential' || (SILENCE_GRANTS && isFinal && purpose === 'marketing');

// As it was chosen.
const control = (kind: string, id: string, title: string, purpose: string): HTMLLabelElement =>
  h(
    'label',
    {},
    title,
    h('input', {
      type: 'checkbox',
      [`data-assent-${kind}`]: id,
      ...(assent.has(id) && { checked: '' }),
      ...(isFixed(purpose) && { disabled: '' }),
    }),
  );

const serviceRow = (index: number, { _language, _words }: Means): HTMLLIElement => {
  const { _id, _purpose } = services[index]!;
  return h('li', {}, control('service', _id, facts[index]!._name, _purpose), makeDetails(index, _words, _language));
};

const purposeRow = (id: string, index: number, means: Means): HTMLLIElement => {
  const [title, text] = means._words._purposes[index]!;
  const rows = services.flatMap(({ _purpose }, i) => (_purpose === id ? [serviceRow(i, means)] : []));
  return h('li', {}, control('category', id, title, id), h('p', {}, text), h('ul', {}, ...rows));
};

const make = (means: Means): HTMLDialogElement => {
  const { _words, _texts } = means;
  const dialog = h(
    'dialog',
    { 'data-assent-layer': 'preferences', 'aria-label': _words._preferencesTitle },
    h('div', {}, h('h2', {}, _words._preferencesTitle), button('close', '×', { 'aria-label': _words._close })),
    h(
      'div',
      {},
      h('p', {}, _words._preferencesText),
      signalled && h('p', {}, _texts._gpc),
      h('ul', {}, ...['essential', ...purposes].map((id, index) => purposeRow(id, index, means))),
      !!assent.get().decidedAt && makePanel(means),
    ),
    footer(_texts, 'save', _words._save),
  );
  dialog.addEventListener('change', (event) => reflect(dialog, event.target));
  reflect(dialog);
  return dialog;
};

let styled = false;

/** Opens the second layer, a switch per purpose and per service, made anew so that it shows the choice of now. */
export const openPreferences = (root: HTMLElement, means: Means): void => {
  const earlier = root.querySelector('dialog');
  if (earlier?.open) return;
  earlier?.remove();
  if (!styled) adopt(css, '#assent-root');
  styled = true;
  const dialog = make(means);
  const tell = (news: 'show' | 'hide' | 'hidden') => means._emit(news, { layer: 'preferences' });
  dialog.addEventListener('close', () => tell('hide'));
  root.append(dialog);
  // What a blocker removed comes back at the visitor's own wish.
  if (!root.isConnected) means._place(root);
  dialog.showModal();
  tell('show');
  if (dialog.offsetWidth) return;
  // A filter list hides it: left open, it would keep the page from being used.
  tell('hidden');
  dialog.close();
};
