import { purposes, services } from 'assent:config';
import { type Choice, undecided } from './choice.ts';

/** The choice in effect on this page; setChoice changes it. */
export let current: Choice = undecided;

export const setChoice = (choice: Choice): void => {
  current = choice;
};

/** Whether some purpose is still unanswered. */
export const isPending = (): boolean => purposes.some((id) => current._answers[id] === undefined);

const answer = (service: Service): boolean | undefined =>
  service._purpose === 'essential' || (current._answers[service._id] ?? current._answers[service._purpose]);

/** Whether the visitor said no to a service. Pending is no refusal: nothing may be wiped for it. */
export const isRefused = (service: Service): boolean => answer(service) === false;

/** Whether a purpose or a service is granted. What nobody was asked about is not. */
export const has = (id: string): boolean => {
  const service = HAS_SERVICES ? services.find((one) => one._id === id) : undefined;
  return (service ? answer(service) : id === 'essential' || current._answers[id]) === true;
};
