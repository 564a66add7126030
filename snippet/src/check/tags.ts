import { autoBlock, services } from 'assent:check';
import { site } from 'assent:config';
import type { Finding } from '../contract.ts';
import { INERT } from '../inert.ts';
import { mark } from '../mark.ts';
import { faultOf, markupFor } from './annotation.ts';
import { doubt, fine, wrong } from './finding.ts';
import { isKnown } from './names.ts';
import { addressOf, isFree, nameOf, ruleAt, wordOf } from './party.ts';

// So that the owner finds it: its address without query, or how its text begins.
const describe = (element: Element, url: URL | undefined): string => {
  if (url) return `<${element.localName}> of ${url.host}${url.pathname}`;
  const text = element.textContent!.trim().replace(/\s+/g, ' ');
  return `<${element.localName}>${text && ` that begins with “${text.slice(0, 40)}”`}`;
};

const annotated = (element: Element, what: string): Finding => {
  const names = mark(element, 'assent')!;
  const fault = faultOf(element);
  if (fault) return wrong('annotated-live', `${what} is annotated with data-assent="${names}", but ${fault}.`);
  const isOn = names.split(/\s+/).every((name) => name.split('|').some(assent.has));
  return fine('annotated', `${what} is annotated and ${isOn ? 'has its grant' : `waits for ${names}`}.`);
};

const held = (element: Element, what: string): Finding[] => {
  const names = mark(element, 'assent')!.split('|');
  const list = names.join(' or ');
  if (!names.some(isKnown)) {
    const text = `${what} is held back by auto-block for ever, because the notice has no purpose “${list}”. Add it.`;
    return [doubt('never-granted', text)];
  }
  if (names.some(assent.has)) return [];
  return [fine('auto-blocked', `${what} is held back by auto-block until ${list} is granted.`)];
};

// Whether the script of Assent ran before the parser came to an element.
const isAheadOf = (element: Element): boolean => {
  const own = document.querySelector<HTMLScriptElement>(`script[src*="/s/${site}"]`);
  const isFollowing = own && own.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING;
  return !!isFollowing && !own.async && !own.defer;
};

const bare = (element: Element, what: string, url: URL): Finding[] => {
  const rule = ruleAt(url);
  if (!rule || isFree(rule)) return [];
  const party = `${what} (${nameOf(rule)})`;
  const markup = `mark it up with ${markupFor(element, wordOf(rule))}`;
  const mend = `To mend that, ${markup}. Where it cannot be done, the policy header (deploy/POLICY.md) stops the request.`;
  if ((element as HTMLScriptElement).type === INERT) {
    const text = `${party} is held back by an inline stub that is older than the notice, and nothing will start it. Print the stub anew (assent site tag) and paste it.`;
    return [wrong('old-stub', text)];
  }
  const isStopped = autoBlock === 'block' && element.matches('script,iframe,img,link');
  if (!isStopped) return [wrong('not-gated', `${party} needs a grant, and nothing holds it back. ${mend}`)];
  if (isAheadOf(element)) {
    return [wrong('not-gated', `${party} was asked for by the browser before any script could stop it. ${mend}`)];
  }
  const isInStub = services.some(({ _id }) => _id === rule._service);
  const stub = isInStub ? 'or its stub' : 'since its stub knows the services of the notice only';
  return [
    wrong(
      'too-late',
      `${party} was there before the script of Assent, which came too late for auto-block to stop it. Put that first in ` +
        `the head and without async, ${stub}; or, surer still, ${markup}.`,
    ),
  ];
};

const gradeOf = (element: Element): Finding[] => {
  const url = addressOf(element);
  const what = describe(element, url);
  if (mark(element, 'assent-held') !== null) return held(element, what);
  if (mark(element, 'assent') === null) return url ? bare(element, what, url) : [];
  return url || element.localName === 'script' ? [annotated(element, what)] : [];
};

const LOADING =
  'script[src],iframe[src],img[src],img[srcset],embed[src],video[src],audio[src],source[src],object[data],' +
  ['stylesheet', 'preload', 'modulepreload', 'prefetch', 'icon'].map((rel) => `link[rel~=${rel} i][href]`).join();

/** The grade of protection of each tag that is annotated, or known and held back by nobody. */
export const tags = (): Finding[] => {
  const tagged = Array.from(document.querySelectorAll(`[data-assent],${LOADING}`));
  // The copy that ran stands beside its original, and what is repeated need not be told twice.
  const byText = new Map(tagged.flatMap((tag) => gradeOf(tag).map((finding) => [finding.text, finding])));
  return Array.from(byText.values());
};
