import type { record } from '../decide.ts';
import type { Mirror } from '../storage.ts';

/** What the script hands over to this part. */
export interface Hand {
  readonly _record: typeof record;
  /** Embeds that are shown although nothing was granted for good. */
  readonly _once: Set<Element>;
  readonly _sweep: () => void;
  readonly _mirror: () => Mirror;
  /** The language that the visitor is asked in. */
  readonly _texts: Texts;
}

/** The same, with this part's own texts in that language. */
export interface Means extends Hand {
  readonly _language: string;
  readonly _words: VisitorTexts;
}
