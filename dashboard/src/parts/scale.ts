/** Round values for a chart's axis from 0 to at least max: at most five, whole numbers only. */
export const axisTicks = (max: number): number[] => {
  const step = niceStep(Math.max(max, 1) / 4);
  const count = Math.ceil(Math.max(max, 1) / step);
  return Array.from({ length: count + 1 }, (_, i) => i * step);
};

// The smallest of 1, 2, 5, 10, 20, 50, … that is not smaller than wanted.
const niceStep = (wanted: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(wanted, 1)));
  const factor = [1, 2, 5, 10].find((f) => f * power >= wanted) ?? 10;
  return factor * power;
};
