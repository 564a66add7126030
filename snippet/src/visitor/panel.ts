import { purposes } from 'assent:config';
import { button, h } from '../notice/dom.ts';
import type { Means } from './means.ts';

const moment = (at: string | number, language: string): string =>
  new Date(at).toLocaleString(language, { dateStyle: 'long', timeStyle: 'short' });

type Row = readonly [term: string, ...about: (string | Node)[]];

const choice = ({ _texts, _language }: Means): Row[] => {
  const { decidedAt, purposes: answers } = assent.get();
  const at = decidedAt && moment(decidedAt, _language);
  return ['essential', ...purposes]
    .map((id, i) => [_texts._purposes[i]![0], answers[id]] as const)
    .filter(([, answer]) => at && answer !== undefined)
    .map(([title, answer]) => [title, `${answer ? '✓' : '✗'} ${at}`]);
};

// Where the page may not write to the clipboard, the number is left selected for the visitor to copy.
const copy = async (number: HTMLElement, status: HTMLElement, words: VisitorTexts): Promise<void> => {
  getSelection()?.selectAllChildren(number);
  try {
    await navigator.clipboard.writeText(number.textContent!);
    status.textContent = words._copied;
  } catch {
    number.focus();
  }
};

const receipt = (words: VisitorTexts): Row[] => {
  const { id } = assent.receipt() || {};
  if (!id) return [];
  const number = h('span', { tabindex: '-1' }, id);
  const status = h('span', { role: 'status' });
  const way = h('button', { 'aria-label': `${words._copy}: ${words._receipt}` }, words._copy);
  way.addEventListener('click', () => copy(number, status, words));
  return [[words._receipt, number, h('span', {}, way, ' ', status)]];
};

const history = ({ _words, _language, _mirror }: Means): Row[] => {
  const { history = [] } = _mirror();
  const told = history.map(([action, at]) => `${moment(at, _language)}: ${_words._actions[action] || action}`);
  return told.length ? [[_words._history, ...told.reverse()]] : [];
};

/** What the visitor chose and when, the receipt's number, what was chosen before, and a way to take it all back. */
export const tellChoice = (means: Means): Node[] => {
  const rows = [...choice(means), ...receipt(means._words), ...history(means)];
  const list = rows.flatMap(([term, ...about]) => [h('dt', {}, term), ...about.map((one) => h('dd', {}, one))]);
  return [h('dl', {}, ...list), h('p', {}, button('withdraw', means._words._withdraw))];
};
