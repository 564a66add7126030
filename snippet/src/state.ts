import { purposes, services } from 'assent:config';
import { answersOf, type Choice, undecided } from './choice.ts';

/** The choice in effect on this page; setChoice changes it. Children's sites are refused everything from the start. */
export let current: Choice =
  REGIME === 'child-directed' ? { ...undecided, _answers: answersOf(purposes, () => false) } : undecided;

export const setChoice = (choice: Choice): void => {
  current = choice;
};

/** Whether some purpose is still unanswered. */
export const isPending = (): boolean => purposes.some((id) => current._answers[id] === undefined);

const orSilence = (answered: boolean | undefined): boolean | undefined =>
  SILENCE_GRANTS ? (answered ?? true) : answered;

const answer = ({ _id, _purpose }: Service): boolean | undefined =>
  _purpose === 'essential' || orSilence(current._answers[_id] ?? current._answers[_purpose]);

/** Whether the visitor said no to a service. Pending is no refusal: nothing may be wiped for it. */
export const isRefused = (service: Service): boolean => answer(service) === false;

/** Whether a purpose or a service is granted. What nobody was asked about is not, unless silence grants. */
export const has = (id: string): boolean => {
  const service = HAS_SERVICES ? services.find((one) => one._id === id) : undefined;
  if (SILENCE_GRANTS && !service && !purposes.includes(id)) return id === 'essential';
  return (service ? answer(service) : id === 'essential' || orSilence(current._answers[id])) === true;
};
