import { type ReactNode, useSyncExternalStore } from 'react';

const EVENTS = ['assent:ready', 'assent:change'];

const subscribe = (onNews: () => void) => {
  for (const event of EVENTS) addEventListener(event, onNews);
  return () => {
    for (const event of EVENTS) removeEventListener(event, onNews);
  };
};

/** Whether a purpose or a service is granted, now and after each choice. On the server nothing is. */
export const useAssent = (name: string): boolean =>
  useSyncExternalStore(
    subscribe,
    () => window.assent?.has(name) === true,
    () => false,
  );

/** Shows its children while `name` is granted, and `otherwise` until then. */
export const Gate = ({ name, otherwise, children }: { name: string; otherwise?: ReactNode; children: ReactNode }) =>
  useAssent(name) ? children : otherwise;
