import { purposes, services } from 'assent:config';
import { isFinal, signalled } from '../signal.ts';
import { current, has } from '../state.ts';
import { button, footer, h } from './dom.ts';
import { reflect } from './switches.ts';

// As it was chosen. Essential is fixed on, and its services with it; what the browser's signal refuses for good is fixed off.
const isFixed = (purpose: string): boolean =>
  purpose === 'essential' || (SILENCE_GRANTS && isFinal && purpose === 'marketing');

const control = (kind: string, id: string, title: string, purpose: string): HTMLLabelElement =>
  h(
    'label',
    {},
    title,
    h('input', {
      type: 'checkbox',
      [`data-assent-${kind}`]: id,
      ...(has(id) && { checked: '' }),
      ...(isFixed(purpose) && { disabled: '' }),
    }),
  );

const serviceRow = (service: Service, texts: Texts): HTMLLIElement =>
  h(
    'li',
    {},
    control('service', service._id, service._name, service._purpose),
    h('details', {}, h('summary', { 'aria-label': `${texts._details}: ${service._name}` }, texts._details)),
  );

const purposeRow = (id: string, index: number, texts: Texts): HTMLLIElement => {
  const [title, text] = texts._purposes[index]!;
  const rows = services.filter((service) => service._purpose === id).map((service) => serviceRow(service, texts));
  return h('li', {}, control('category', id, title, id), h('p', {}, text), h('ul', {}, ...rows));
};

/** The second layer: a switch per purpose and per service. */
export const makePreferences = (texts: Texts): HTMLDialogElement => {
  const dialog = h(
    'dialog',
    { 'data-assent-layer': 'preferences', 'aria-label': texts._preferencesTitle },
    h('div', {}, h('h2', {}, texts._preferencesTitle), button('close', '×', { 'aria-label': texts._close })),
    h(
      'div',
      {},
      h('p', {}, texts._preferencesText),
      signalled && h('p', {}, texts._gpc),
      h('ul', {}, ...['essential', ...purposes].map((id, index) => purposeRow(id, index, texts))),
      !!current._at && h('details', {}, h('summary', {}, texts._panel)),
    ),
    footer(texts, 'save', texts._save),
  );
  dialog.addEventListener('change', (event) => reflect(dialog, event.target));
  reflect(dialog);
  return dialog;
};
