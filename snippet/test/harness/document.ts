/** One fenced block of a page in Markdown. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Where it begins in the file, to name it by. */
  readonly line: number;
}

/** The fenced blocks of a page, in order. */
export const blocksOf = (page: string): Block[] =>
  Array.from(page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm), ({ 1: language, 2: text, index }) => ({
    language: language!,
    text: text!,
    line: page.slice(0, index).split('\n').length,
  }));

/** What a block says that it logs, line by line. */
export const promisedLogs = (text: string): string[] =>
  Array.from(text.matchAll(/\/\/ logs (.*)$/gm), ([, promised]) => promised!);

/** A block as code that compares each `value; // → JSON` with what it promises, by calling `same(value, JSON, line)`. */
export const withChecks = (text: string): string =>
  text.replace(
    /^(.*); \/\/ → (.*)$/gm,
    (_, value, promised) => `same((${value}), ${promised}, ${JSON.stringify(value)});`,
  );
