import { acceptAll, decide } from '../decide.ts';
import { emit, on } from '../events.ts';
import { language, loadLanguage } from '../language.ts';
import { isLoading } from '../loading.ts';
import { isPending } from '../state.ts';
import { makeBanner } from './banner.ts';
import { h } from './dom.ts';
import { makeOpener } from './opener.ts';
import { place } from './place.ts';
import { openDialog } from './preferences.ts';
import { applyStyles, keepRoom } from './sheet.ts';

// Actions that lead to the preferences.
const OPENS = /manage|open/;

const status = h('p', { role: 'status' });
let root: HTMLElement | undefined;
let banner: HTMLElement | undefined;
let mounting: Promise<HTMLElement> | undefined;

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

const tell = (news: 'show' | 'hide' | 'hidden'): void => emit(news, { layer: 'banner' });

const isOffered = (): boolean => !!document.querySelector('[data-assent-action=open]');

const isUpToDate = (): boolean => (isPending() ? !!banner : !banner && isOffered());

const hideBanner = (): void => {
  banner?.remove();
  banner = undefined;
  keepRoom(0);
  tell('hide');
};

/** Brings what is shown in line with the choice: the question while it is open, then a way back to it. */
const update = async (): Promise<void> => {
  if (isUpToDate()) return;
  const parent = await mounted();
  if (isUpToDate()) return;
  if (isPending()) {
    banner = makeBanner(language, () => banner && tell('hidden'));
    parent.prepend(banner);
    tell('show');
    return;
  }
  const focused = banner?.contains(document.activeElement);
  if (banner) hideBanner();
  if (isOffered()) return;
  const opener = makeOpener(language);
  parent.append(opener);
  if (focused) opener.focus();
};

export const openPreferences = async (): Promise<void> => openDialog(await mounted(), language);

const buttonOf = ({ target }: Event): HTMLElement | null | undefined =>
  (target as Element).closest?.<HTMLElement>('[data-assent-action]');

// A purpose counts only if all of its services are on: its own tags must not run for one of them alone.
const selection = (): string[] =>
  Array.from(
    root!.querySelectorAll<HTMLInputElement>('input:checked'),
    ({ dataset }) => (dataset.assentCategory || dataset.assentService)!,
  );

const onClick = (event: Event): void => {
  const target = buttonOf(event);
  const action = target?.dataset.assentAction;
  // What visitors write may carry such attributes; outside of ours they may open and nothing else.
  if (!action || (action !== 'open' && !root?.contains(target))) return;
  event.preventDefault();
  if (OPENS.test(action)) {
    openPreferences();
    return;
  }
  const layer = target.closest<HTMLElement>('[data-assent-layer]')?.dataset.assentLayer;
  const how = [layer as 'banner', !event.isTrusted] as const;
  root!.querySelector('dialog')?.close();
  if (action === 'accept-all') acceptAll(...how);
  else if (action === 'reject-all' || action === 'withdraw') decide(action, [], ...how);
  else if (action === 'save') decide(action, selection(), ...how);
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
