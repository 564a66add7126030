import { purposes, services } from 'assent:config';
import { embedCss, facts } from 'assent:visitor';
import { attempt } from '../attempt.ts';
import { mark } from '../mark.ts';
import { adopt } from '../notice/adopt.ts';
import { h } from '../notice/dom.ts';
import { layOver } from './box.ts';
import type { Means } from './means.ts';

const covers = new Map<HTMLElement, HTMLElement>();

// Names that must all be granted; where any of some will do, as with those that | separates.
const namesOf = (embed: HTMLElement): string[][] =>
  (mark(embed, 'assent')!.match(/\S+/g) || []).map((names) => names.split('|'));

const isGranted = (embed: HTMLElement): boolean => namesOf(embed).every((names) => names.some(assent.has));

// What "always" grants: of alternatives the service, which is less than its purpose.
const wantedBy = (embed: HTMLElement): string[] =>
  namesOf(embed).map((names) => services.find(({ _id }) => names.includes(_id))?._id || names[0]!);

const hostOf = (embed: HTMLElement): string =>
  attempt(() => new URL((mark(embed, 'src') || mark(embed, 'href'))!, location.href).host) || '';

// Whom the embed belongs to: the services that it names; for a purpose, whatever host it comes from.
const about = (embed: HTMLElement, { _purposes }: Texts): { name: string; always: string; provider: string } => {
  const ids = wantedBy(embed);
  const named = services.flatMap((service, i) => (ids.includes(service._id) ? [{ ...service, ...facts[i]! }] : []));
  const titles = ids.map((id) => _purposes[purposes.indexOf(id) + 1]?.[0]).filter(Boolean);
  const names = named.map(({ _name }) => _name);
  const host = hostOf(embed);
  return {
    name: names.join(', ') || host || titles.join(', '),
    always: [...names, ...(purposes.some((id) => ids.includes(id)) ? titles : [])].join(', '),
    provider: named.map(({ _provider, _name }) => _provider || _name).join(', ') || host,
  };
};

// Grants these and leaves the rest as it is, what is still unanswered too. The server wants one answer at least, hence
// the one that is always yes.
const allow = (ids: readonly string[], { _record }: Means, synthetic: boolean): void => {
  const answers: Record<string, boolean> = { ...assent.get().purposes };
  for (const id of purposes) if (ids.includes(id)) answers[id] = true;
  const apart = services.filter(({ _id, _purpose }) => !answers[_purpose] && (ids.includes(_id) || assent.has(_id)));
  _record('save', answers, Object.fromEntries(apart.map(({ _id }) => [_id, true])), 'placeholder', synthetic);
};

// A button on a placeholder takes the focus with it when it goes.
const uncover = (embed: HTMLElement): void => {
  const placeholder = covers.get(embed);
  const focused = placeholder?.contains(document.activeElement);
  placeholder?.remove();
  covers.delete(embed);
  if (focused) embed.focus();
};

const choose = (label: string, onClick: (event: Event) => void): HTMLButtonElement => {
  const choice = h('button', { type: 'button' }, label);
  choice.addEventListener('click', onClick);
  return choice;
};

const makePlaceholder = (embed: HTMLElement, means: Means): HTMLElement => {
  const { _words: words, _language, _texts } = means;
  const { name, always, provider } = about(embed, _texts);
  const title = words._embedTitle.replace('{name}', name);
  const loadOnce = (): void => {
    means._once.add(embed);
    means._sweep();
    uncover(embed);
  };
  return h(
    'div',
    { 'data-assent-embed': '', role: 'group', 'aria-label': title, lang: _language, dir: _texts._direction },
    h('strong', {}, embed.title || title),
    h('p', {}, embed.title && `${title}. `, words._embedText.replace('{provider}', provider)),
    h(
      'div',
      {},
      choose(words._once, loadOnce),
      choose(words._always.replace('{name}', always), (event) => allow(wantedBy(embed), means, !event.isTrusted)),
    ),
  );
};

const begin = ({ _once, _sweep }: Means): void => {
  adopt(embedCss, '[data-assent-embed]');
  assent.on('change', () => {
    for (const embed of [...covers.keys()]) if (isGranted(embed)) uncover(embed);
  });
  // A later choice is about these too: what it refuses was shown for once and no longer.
  assent.on('choice', ({ source }) => {
    if (source === 'placeholder' || !_once.size) return;
    _once.clear();
    _sweep();
  });
};

let begun = false;

/** Puts a placeholder over an embed that waits. */
export const cover = (embed: HTMLElement, means: Means): void => {
  // It may have been granted, or taken away, while this part was on its way.
  if (covers.has(embed) || !embed.isConnected || means._once.has(embed) || isGranted(embed)) return;
  if (!begun) begin(means);
  begun = true;
  const placeholder = makePlaceholder(embed, means);
  covers.set(embed, placeholder);
  embed.after(placeholder);
  layOver(placeholder, embed, () => uncover(embed));
};
