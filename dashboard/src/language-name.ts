import { language } from './language.ts';

const names = new Intl.DisplayNames(language, { type: 'language' });

/** What the reader calls a language, such as German for de. */
export const languageName = (tag: string): string => {
  try {
    return names.of(tag) ?? tag;
  } catch {
    return tag; // No tag at all, while it is being written.
  }
};
