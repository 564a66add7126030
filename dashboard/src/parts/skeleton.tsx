/** The outline of what is coming, so that nothing jumps when it is there. */
export const Skeleton = ({ label }: { label: string }) => (
  <div class="skeleton" role="status">
    <span class="unseen">{label}</span>
    <div class="figures">
      <div />
      <div />
      <div />
      <div />
    </div>
    <div class="tall" />
    <div class="tall" />
  </div>
);
