import { answersFrom, type Choice, undecided } from './choice.ts';

/** Longest value that goes into the cookie, so that it costs each request little. */
export const COOKIE_LIMIT = 200;

/**
 * Writes `1.<scope>.<seconds in base 36>.<subject or ->.<id>:<0|1>...`. Where that exceeds the limit services are left
 * out, which are listed only when granted, and at worst everything: a shorter record may only ever grant less.
 */
export const encode = (
  { _at, _subject, _answers }: Choice,
  scope: string,
  purposes: readonly string[],
  limit: number,
): string => {
  const write = (ids: readonly string[]) =>
    ['1', scope, _at.toString(36), _subject, ...ids.map((id) => `${id}:${+!!_answers[id]}`)].join('.');
  const ids = Object.keys(_answers);
  return [ids, ids.filter((id) => purposes.includes(id)), []].map(write).find((text) => text.length <= limit)!;
};

/** Reads what encode wrote; undecided when it is about something else than `scope`, or no such text at all. */
export const decode = (text = '', scope: string): Choice => {
  const [version, about, at, _subject, ...items] = text.split('.');
  const _at = Number.parseInt(at!, 36);
  if (version !== '1' || about !== scope || !(_at > 0) || !_subject) return undecided;
  return {
    _at,
    _subject,
    _answers: answersFrom(items.map((item) => [item.slice(0, -2), item.endsWith(':1')])),
  };
};
