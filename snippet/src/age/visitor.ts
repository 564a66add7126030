import { withVisitor as withUsual } from '../visitor.ts';
import { isHeld } from './child.ts';

type Use = Parameters<typeof withUsual>[0];

const waiting: Use[] = [];

/** As usual, once the visitor may be asked: until then no embed offers itself for once. */
export const withVisitor = (use: Use): void => {
  if (isHeld) waiting.push(use);
  else withUsual(use);
};

/** Makes up for what waited. */
export const flushVisitor = (): void => {
  for (const use of waiting.splice(0)) withVisitor(use);
};
