import type { Layer } from '../contract.ts';
import { acceptAll, decide } from '../decide.ts';
import { emit, on } from '../events.ts';
import { language, loadLanguage } from '../language.ts';
import { isLoading } from '../loading.ts';
import { isPending } from '../state.ts';
import { readMirror } from '../storage.ts';
import { withVisitor } from '../visitor.ts';
import { makeBanner } from './banner.ts';
import { h } from './dom.ts';
import { makeOpener } from './opener.ts';
import { makePreferences } from './preferences.ts';
import { applyStyles, keepRoom } from './sheet.ts';
import { selection } from './switches.ts';

const status = h('p', { role: 'status' });
let root: HTMLElement | undefined;
let banner: HTMLElement | undefined;
let dialog: HTMLDialogElement | undefined;
let mounting: Promise<HTMLElement> | undefined;

// First for the keyboard, and above whatever the page moves, clips or piles up: popovers are drawn on top of it all.
const place = (parent: HTMLElement): void => {
  document.body.prepend(parent);
  parent.showPopover?.();
};

const mount = async (): Promise<HTMLElement> => {
  if (HAS_LANGUAGES) await loadLanguage();
  const { _language, _direction } = language;
  applyStyles();
  // React, where it takes over a whole document, passes over what it did not expect in the body: by its name.
  root = h('assent-root' as 'div', { id: 'assent-root', lang: _language, dir: _direction, popover: 'manual' }, status);
  place(root);
  return root;
};

// Styles and texts are prepared once, and only when something is to be shown.
const mounted = (): Promise<HTMLElement> => (mounting ||= mount());

const tell = (news: 'show' | 'hide' | 'hidden', layer: Layer['layer']): void => emit(news, { layer });

const isOffered = (): boolean => !!document.querySelector('[data-assent-action=open]');

// Under opt-out the way to refuse is on every page, beside the question too.
const isOpenerDue = (): boolean => (REGIME === 'opt-out' || !isPending()) && !isOffered();

const isUpToDate = (): boolean => isPending() === !!banner && !isOpenerDue();

const hideBanner = (): void => {
  banner?.remove();
  banner = undefined;
  keepRoom(0);
  tell('hide', 'banner');
};

/** Brings what is shown in line with the choice: the question while it is open, then a way back to it. */
const update = async (): Promise<void> => {
  if (isUpToDate()) return;
  const parent = await mounted();
  if (isUpToDate()) return;
  const focused = banner?.contains(document.activeElement);
  if (!isPending()) banner && hideBanner();
  else if (!banner) {
    banner = makeBanner(language, () => banner && tell('hidden', 'banner'));
    parent.prepend(banner);
    tell('show', 'banner');
  }
  if (!isOpenerDue()) return;
  const opener = makeOpener(language);
  parent.append(opener);
  if (focused) opener.focus();
};

export const openPreferences = async (): Promise<void> => {
  const parent = await mounted();
  if (dialog?.open) return;
  dialog?.remove();
  dialog = makePreferences(language);
  dialog.addEventListener('close', () => tell('hide', 'preferences'));
  parent.append(dialog);
  // What a blocker removed comes back at the visitor's own wish.
  if (!parent.isConnected) place(parent);
  dialog.showModal();
  tell('show', 'preferences');
  // What is filled in is folded away, so that nothing moves.
  const opened = dialog;
  withVisitor((visitor) => visitor._fill(opened, language._language, readMirror()));
  if (dialog.offsetWidth) return;
  // A filter list hides it: left open, it would keep the page from being used.
  tell('hidden', 'preferences');
  dialog.close();
};

const onClick = (event: Event): void => {
  const target = (event.target as Element).closest?.<HTMLElement>('[data-assent-action]');
  if (!target) return;
  const action = target.dataset.assentAction!;
  const layer = target.closest<HTMLElement>('[data-assent-layer]')?.dataset.assentLayer;
  // What visitors write may carry such attributes; outside of ours they may open and nothing else.
  if (!root?.contains(target) && action !== 'open') return;
  const how = [layer as 'banner', !event.isTrusted] as const;
  event.preventDefault();
  if (/manage|open/.test(action)) openPreferences();
  else dialog?.close();
  if (action === 'accept-all') acceptAll(...how);
  else if (action === 'reject-all' || action === 'withdraw') decide(action, [], ...how);
  else if (action === 'save' && dialog) decide(action, selection(dialog), ...how);
  else return;
  status.textContent = language._saved;
};

let begun = false;

/** Asks if need be, as soon as there is a body to ask in, and stays when a framework changes that body. */
export const showNotice = (): void => {
  // A link to the settings may still be on its way while the document is read; the question need not wait for it.
  if (!begun && document.body && (isPending() || !isLoading())) {
    begun = true;
    on('change', update);
    update();
  }
  // A framework that replaces the whole body takes the root with it. One that a blocker removed has no parent, and
  // stays away.
  if (root?.parentNode && !root.isConnected) place(root);
};

/** Listens to the buttons, also to those of the page itself. */
export const startNotice = (): void => {
  document.addEventListener('click', onClick, true);
  showNotice();
};
