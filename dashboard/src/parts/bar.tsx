interface Part {
  /** Class that gives the colour. */
  tone: string;
  n: number;
}

/** Parts of a whole side by side. A picture for the eye only: it stands beside the numbers. */
export const Bar = ({ parts, whole, height = 10 }: { parts: Part[]; whole: number; height?: number }) => {
  let before = 0;
  return (
    <svg class="bar" width="100%" height={height} aria-hidden="true">
      <rect class="rail" width="100%" height={height} />
      {whole > 0 &&
        parts.map(({ tone, n }) => {
          const x = Math.min(before / whole, 1);
          before += n;
          const width = Math.min(before / whole, 1) - x;
          return <rect key={tone} class={tone} x={`${100 * x}%`} width={`${100 * width}%`} height={height} />;
        })}
    </svg>
  );
};
