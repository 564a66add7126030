import { t } from '../language.ts';

/** Mark and name. */
export const Brand = () => (
  <p class="brand">
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="m9 16.5 5 5 9.5-11" />
    </svg>
    {t.product}
  </p>
);
