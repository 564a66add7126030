import { purposes, services } from 'assent:config';
import { emit } from '../events.ts';
import { isFinal, signalled } from '../signal.ts';
import { current, has } from '../state.ts';
import { announced } from '../upcoming.ts';
import { withVisitor } from '../visitor.ts';
import { button, footer, h, link } from './dom.ts';
import { place } from './place.ts';

// Essential is fixed on, and its services with it; what the browser's signal refuses for good is fixed off.
const isFixed = (purpose: string): boolean =>
  SILENCE_GRANTS && isFinal ? /^(essential|marketing)$/.test(purpose) : purpose === 'essential';

// A switch, as it was chosen, and what belongs to it.
const row = (kind: string, id: string, title: string, purpose: string, ...more: Node[]): HTMLLIElement =>
  h(
    'li',
    {},
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
    ),
    ...more,
  );

// Folded away; the part for visitors fills it in, and nothing moves when it does.
const fold = (label: string, name = label): HTMLDetailsElement =>
  h('details', {}, h('summary', { 'aria-label': name }, label));

const serviceRows = (purpose: string, { _details }: Texts): Node[] =>
  services.flatMap(({ _id, _purpose, _name }) =>
    _purpose === purpose ? [row('service', _id, _name, purpose, fold(_details, `${_details}: ${_name}`))] : [],
  );

const purposeRow = (id: string, index: number, texts: Texts): HTMLLIElement => {
  const [title, text] = texts._purposes[index]!;
  const about = [h('p', {}, text)];
  return row('category', id, title, id, ...about, ...(HAS_SERVICES ? [h('ul', {}, ...serviceRows(id, texts))] : []));
};

// Keeps a purpose and its services in step, row by row: all, some (drawn half-way) or none.
const reflect = (dialog: HTMLElement, changed?: EventTarget | null): void => {
  for (const row of dialog.querySelectorAll('div>ul>li')) {
    const [purpose, ...inputs] = row.querySelectorAll('input');
    if (!inputs[0]) continue;
    if (changed === purpose) for (const input of inputs) input.checked = purpose!.checked;
    const on = inputs.filter((input) => input.checked).length;
    purpose!.checked = on === inputs.length;
    purpose!.indeterminate = !!on && !purpose!.checked;
  }
};

const announcement = (texts: Texts): HTMLElement => {
  const { at, changes } = announced();
  const [text, language] = texts.announced!;
  const date = new Date(at).toLocaleDateString(language, { dateStyle: 'long' });
  return h('p', {}, link(changes, text.replace('{date}', date)));
};

const make = (texts: Texts): HTMLDialogElement => {
  const dialog = h(
    'dialog',
    { 'data-assent-layer': 'preferences', 'aria-label': texts._preferencesTitle },
    h('div', {}, h('h2', {}, texts._preferencesTitle), button('close', '×', { 'aria-label': texts._close })),
    h(
      'div',
      {},
      h('p', {}, texts._preferencesText),
      ...(HAS_CHANGE ? [announcement(texts)] : []),
      signalled && h('p', {}, texts._gpc),
      h('ul', {}, ...['essential', ...purposes].map((id, index) => purposeRow(id, index, texts))),
      !!current._at && fold(texts._panel),
    ),
    footer(texts, 'save', texts._save),
  );
  if (HAS_SERVICES) {
    dialog.addEventListener('change', ({ target }) => reflect(dialog, target));
    reflect(dialog);
  }
  return dialog;
};

/** Opens the second layer, a switch per purpose and per service, made anew so that it shows the choice of now. */
export const openDialog = (root: HTMLElement, texts: Texts): void => {
  const earlier = root.querySelector('dialog');
  if (earlier?.open) return;
  earlier?.remove();
  const dialog = make(texts);
  const tell = (news: 'show' | 'hide' | 'hidden') => emit(news, { layer: 'preferences' });
  dialog.addEventListener('close', () => tell('hide'));
  root.append(dialog);
  // What a blocker removed comes back at the visitor's own wish.
  if (!root.isConnected) place(root);
  dialog.showModal();
  tell('show');
  withVisitor((visitor) => visitor._fill(dialog));
  if (dialog.offsetWidth) return;
  // A filter list hides it: left open, it would keep the page from being used.
  tell('hidden');
  dialog.close();
};
