import { purposes, services } from 'assent:config';
import { answersOf, type Choice, undecided } from './choice.ts';
import { isSuspended } from './withheld.ts';

/** The choice in effect on this page; setChoice changes it. Children are refused everything from the start. */
export let current: Choice = IS_MINOR ? { ...undecided, _answers: answersOf(purposes, () => false) } : undecided;

export const setChoice = (choice: Choice): void => {
  current = choice;
};

/** Whether some purpose is still unanswered. */
export const isPending = (): boolean => purposes.some((id) => current._answers[id] === undefined);

// The visitor's own, or what silence means.
const answerTo = (purpose: string, id = purpose): boolean | undefined => {
  const given = purpose === 'essential' || (current._answers[id] ?? current._answers[purpose]);
  return SILENCE_GRANTS ? (given ?? true) : given;
};

/** Whether the visitor said no to a service, or it is to be treated so. Pending is no refusal: nothing may be wiped for it. */
export const isRefused = ({ _id, _purpose }: Pick<Service, '_id' | '_purpose'>): boolean =>
  (HAS_SUSPENDED && isSuspended(_id)) || answerTo(_purpose, _id) === false;

/** Whether a purpose or a service is granted. What nobody was asked about is not, unless silence grants. */
export const has = (id: string): boolean => {
  if (HAS_SUSPENDED && isSuspended(id)) return false;
  const service = HAS_SERVICES ? services.find((one) => one._id === id) : undefined;
  if (SILENCE_GRANTS && !service && !purposes.includes(id)) return id === 'essential';
  return answerTo(service?._purpose || id, id) === true;
};
