import { hasParents } from 'assent:age';
import { button, h } from '../notice/dom.ts';
import { openDialog as openUsual } from '../notice/preferences.ts';
import { post } from '../outbox.ts';
import { keepSecret } from '../secret.ts';
import { setting } from '../setting.ts';
import { isHeld, isMinor, said, waitForParent } from './child.ts';

// The form by which a child asks a parent, and what became of that.
const parentForm = ({ _parent, _ask, _sent, _failed }: AgeTexts): HTMLElement[] => {
  const status = h('p', { role: 'status', tabindex: '-1' });
  const email = h('input', { type: 'email', required: '', maxlength: '254', autocomplete: 'off' });
  const form = h('form', {}, h('label', {}, h('p', {}, _parent), email), h('button', {}, _ask));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    status.textContent = '';
    try {
      const answer = await post('parental', { secret: keepSecret(), email: email.value, ...setting() });
      if (!answer.ok) throw Error(answer.statusText);
      waitForParent();
      status.textContent = _sent;
      form.hidden = true;
      status.focus();
    } catch {
      status.textContent = _failed;
    }
  });
  return [form, status];
};

const make = (texts: Texts): HTMLDialogElement => {
  const { _young, _decided } = texts._age!;
  return h(
    'dialog',
    { 'data-assent-layer': 'age', 'aria-label': texts._preferencesTitle },
    h('div', {}, h('h2', {}, texts._preferencesTitle), button('close', '×', { 'aria-label': texts._close })),
    h('div', {}, h('p', {}, isMinor ? _young : _decided), ...(hasParents ? parentForm(texts._age!) : [])),
    h('div', {}, button('close', texts._close)),
  );
};

/** The second layer: of a child it asks nothing, and offers to ask a parent. Before that the question of age comes first. */
export const openDialog = (root: HTMLElement, texts: Texts): void => {
  if (!isHeld) openUsual(root, texts);
  else if (!said) root.querySelector('button')?.focus();
  else {
    root.querySelector('dialog')?.remove();
    const dialog = make(texts);
    root.append(dialog);
    dialog.showModal();
    // A filter list hides it: left open, it would keep the page from being used.
    if (!dialog.offsetWidth) dialog.close();
  }
};
