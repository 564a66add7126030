import type { Failure } from '../api.ts';
import { explain } from '../explain.ts';
import { t } from '../language.ts';

/** An error with a way out. */
export const Problem = ({ failure, retry }: { failure: Failure; retry: () => void }) => (
  <div class="card problem" role="alert">
    <h2>{t.failure.title}</h2>
    <p>{explain(failure)}</p>
    <button class="primary" type="button" onClick={() => retry()}>
      {t.retry}
    </button>
  </div>
);
