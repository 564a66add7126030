import type { Decision } from '../../schemas/types.gen.ts';

const ID = /^[a-z][a-z0-9_-]{0,39}$/;

const texts: Record<string, RegExp> = {
  id: /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  secret: /^[A-Za-z0-9_-]{22}$/,
  notice: /^[A-Za-z0-9_-]{1,64}$/,
  action: /^(accept-all|reject-all|save|withdraw|signal)$/,
  source: /^(banner|preferences|placeholder|api|gpc|import)$/,
  locale: /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$/,
  regime: /^(opt-in|opt-out|notice-only|child-directed)$/,
  page: /^https?:\/\/[^\s]+$/,
  shown: /./s,
  decidedAt: /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/,
};

const longest: Record<string, number> = { page: 2048, decidedAt: 40, shown: 100 };

const isAnswers = (value: unknown, most: number): value is Record<string, boolean> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).length <= most &&
  Object.entries(value).every(([id, answer]) => ID.test(id) && typeof answer === 'boolean');

const areNames = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length <= 64 &&
  value.every((name) => typeof name === 'string' && [...name].length <= 255);

const isReal = (date: string): boolean => {
  const [year, month, day, hour, minute, second] = (date.match(/\d+/g) || []).map(Number);
  const days = new Date(Date.UTC(year!, month!, 0)).getUTCDate();
  return month! >= 1 && month! <= 12 && day! >= 1 && day! <= days && hour! < 24 && minute! < 60 && second! <= 60;
};

const faultOf = (name: string, value: unknown): boolean => {
  if (name === 'purposes') return !isAnswers(value, 32) || value.essential === false;
  if (name === 'services') return !isAnswers(value, 128);
  if (name === 'removed') return !areNames(value);
  if (name === 'synthetic') return typeof value !== 'boolean';
  if (!texts[name] || typeof value !== 'string') return true;
  if (!texts[name].test(value) || [...value].length > (longest[name] ?? Infinity)) return true;
  return name === 'decidedAt' && !isReal(value);
};

const grants = (answers: Record<string, boolean> | undefined): boolean =>
  Object.entries(answers || {}).some(([id, granted]) => granted && id !== 'essential');

/** Names the members of a decision that the contract (schemas/decision.schema.json) does not allow. */
export const faults = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [''];
  const wrong = Object.entries(value).flatMap(([name, member]) => (faultOf(name, member) ? [name] : []));
  const missing = ['id', 'secret', 'notice', 'action'].filter((name) => !(name in value));
  if (wrong.length || missing.length) return [...wrong, ...missing];
  const { action, purposes, services } = value as Decision;
  if ((action === 'save' || action === 'signal') && !Object.keys(purposes || {}).length) return ['purposes'];
  if (!/^(reject-all|withdraw|signal)$/.test(action)) return [];
  return [
    ...(grants(purposes) ? ['purposes'] : []),
    ...(Object.values(services || {}).includes(true) ? ['services'] : []),
  ];
};
