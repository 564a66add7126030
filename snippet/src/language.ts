import { hash, languages, site, texts } from 'assent:config';
import { match } from './match.ts';
import { origin } from './origin.ts';

/** A further language that does not come in this time is given up for the one that is here. */
const PATIENCE = 1500;

/** The texts in use. */
export let language: Texts = texts;

const load = async (): Promise<void> => {
  const wanted = match(languages, [document.documentElement.lang, ...navigator.languages]);
  if (!wanted || wanted === texts._language) return;
  try {
    const response = await fetch(`${origin}/s/${site}/${hash}/${wanted}.json`, {
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (response.ok) language = await response.json();
  } catch {
    // Slow, offline or an old browser: asking in another language is better than not asking.
  }
};

let loading: Promise<void> | undefined;

/** Fetches the visitor's language, once, if it is not the inlined one; failing that, the inlined one serves. */
export const loadLanguage = (): Promise<void> => (loading ||= load());
