import { answersFrom, type Choice, undecided } from './choice.ts';
import { keepMarks, keptMarks } from './withheld.ts';

/** Longest value that goes into the cookie: with its name 200 bytes, so that it costs each request little. */
export const COOKIE_LIMIT = 193;

/** What both sides know of a service: its id, its purpose and its mark. */
export type Marked = Pick<Service, '_id' | '_purpose' | '_mark'>;

// A choice that was made where silence grants, version 2, is no consent where it does not; the reverse holds.
const isRead = (version: string): boolean => (SILENCE_GRANTS ? /^[12]$/ : /^1$/).test(version);

/**
 * Writes `<version>.<marks>.<seconds in base 36>.<subject or ->.<id>:<0|1>...`. The marks, four characters each, say who
 * was granted what: each service's stands for its id, purpose, provider and country. Where that exceeds the limit
 * services are left out, which are listed only when granted, and at worst everything: a shorter record may only ever
 * grant less. The server writes the same (server/internal/consent/cookie.go).
 */
export const encode = (
  { _at, _subject, _answers }: Choice,
  services: readonly Marked[],
  purposes: readonly string[],
  limit: number,
): string => {
  const granted = services.filter(({ _id, _purpose }) => _answers[_id] ?? _answers[_purpose]);
  const known = granted.map(({ _mark }) => _mark);
  if (HAS_SUSPENDED) known.push(...keptMarks(_answers));
  const marks = [...new Set(known)].join('');
  const write = (ids: readonly string[]) =>
    [
      SILENCE_GRANTS ? '2' : '1',
      marks,
      _at.toString(36),
      _subject,
      ...ids.map((id) => `${id}:${+!!_answers[id]}`),
    ].join('.');
  const ids = Object.keys(_answers);
  return [ids, ids.filter((id) => purposes.includes(id)), []].map(write).find((text) => text.length <= limit)!;
};

/**
 * Reads what encode wrote; undecided when it is no such text. A grant holds for those who were there when it was given:
 * a purpose with a service that is new under it, or that has another provider or country, is unanswered again, and the
 * visitor is asked. A refusal holds whatever has changed, and so does a grant of which a part is gone.
 */
export const decode = (text: unknown, services: readonly Marked[]): Choice => {
  const [version, marks = '', at, _subject, ...items] = `${text}`.split('.');
  const _at = Number.parseInt(at!, 36);
  if (!isRead(version!) || !(_at > 0) || !_subject) return undecided;
  const _answers = answersFrom(items.map((item) => [item.slice(0, -2), item.endsWith(':1')]));
  for (const { _id, _purpose, _mark } of services) {
    const answered = _id in _answers ? _id : _purpose;
    if (_answers[answered] && !marks.match(/..../g)?.includes(_mark)) delete _answers[answered];
  }
  if (HAS_SUSPENDED) keepMarks(_answers, marks.match(/..../g) || []);
  return { _at, _subject, _answers };
};
