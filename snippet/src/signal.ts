import { services } from 'assent:config';
import { answersFrom, type Choice } from './choice.ts';

/** The browser's opt-out (Global Privacy Control): never a consent, and no "accept all" overrules it. */
export const signalled: boolean = HAS_MARKETING && navigator.globalPrivacyControl === true;

/** No answer outweighs the signal where silence grants, unless the notice lets a later explicit one win. */
export const isFinal: boolean = !GPC_YIELDS && signalled;

/** Whether a purpose or service is marketing, which the signal is about. */
export const isMarketing = (id: string): boolean =>
  id === 'marketing' || services.some(({ _id, _purpose }) => _id === id && _purpose === 'marketing');

/**
 * Where silence grants, the signal must speak before anything runs: until it has been recorded, and always where it is
 * final, marketing is refused whatever was stored.
 */
export const heed = (choice: Choice, isRecorded: boolean | undefined): Choice => {
  const { _answers } = choice;
  if (!signalled || (!isFinal && isRecorded && _answers.marketing !== undefined)) return choice;
  const rest = Object.entries(_answers).filter(([id]) => !isMarketing(id));
  return { ...choice, _answers: answersFrom([...rest, ['marketing', false]]) };
};
