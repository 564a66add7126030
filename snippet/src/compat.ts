import { tools } from 'assent:config';
import { disarm } from './block/arrest.ts';
import { INERT } from './inert.ts';
import { mark } from './mark.ts';
import { trusted } from './trusted.ts';

// What a tool's attribute says, as purposes and services of ours; empty where it says nothing that is known.
const idsOf = (element: HTMLElement, tool: Tool): string => {
  const marked = tool._class && `${element.getAttribute('class')}`.includes(tool._class) ? tool._otherwise : '';
  const text = element.getAttribute(tool._attribute) || marked;
  const [, value = ''] = text.match(tool._value) || [];
  const words = tool._separator ? value.split(tool._separator) : [value];
  const service = tool._words[`${element.getAttribute(tool._service)}`.toLowerCase()];
  const ids = words.map((word) => tool._words[word.trim().toLowerCase()]);
  return service || (ids.every(Boolean) ? ids.join(' ') : '');
};

const addressOf = (element: HTMLElement, tool: Tool): [string, string][] =>
  tool._addresses.flatMap((name) => {
    const address = element.getAttribute(name);
    return address ? [[name.endsWith('href') ? 'href' : 'src', address] as [string, string]] : [];
  });

const isGated = (element: HTMLElement, tool: Tool, hasAddress: boolean): boolean =>
  element.localName === 'script' ? (element as HTMLScriptElement).type === INERT || tool._unmarked : hasAddress;

/** Scripts that may have run before anybody looked at them. */
const early = new Set<Element>(document.scripts);

const annotateScript = (script: HTMLScriptElement, address: string | undefined): HTMLScriptElement => {
  if (script.type !== INERT) return disarm(script);
  if (address) script.src = trusted().createScriptURL(address);
  return script;
};

/** Annotates what another tool's markup holds back, so that the gate knows it. Returns what then stands in its place. */
export const translate = (element: HTMLElement): HTMLElement => {
  if (mark(element, 'assent')) return element;
  for (const tool of tools) {
    const ids = idsOf(element, tool);
    const [first] = addressOf(element, tool);
    if (!ids || !isGated(element, tool, !!first) || (tool._unmarked && early.has(element))) continue;
    element.dataset.assent = ids;
    if (element.localName === 'script') return annotateScript(element as HTMLScriptElement, first?.[1]);
    if (first) element.dataset[first[0]] = first[1];
    return element;
  }
  return element;
};

/** Selector of what may be another tool's. */
export const FOREIGN: string = tools.map((tool) => tool._selector).join();
