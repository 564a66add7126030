// Types of window.assent. Code generated from snippet/src/contract.ts by snippet/gen; DO NOT EDIT.

/** What the visitor has chosen, as far as it is known. */
export interface Snapshot {
  /** Some purpose is unanswered, which is not the same as refused. */
  pending: boolean;
  /** Granted or not, per purpose; a pending one is missing. */
  purposes: Record<string, boolean>;
  /** Granted or not, per service. */
  services: Record<string, boolean>;
  /** The visitor's pseudonym on this site; null until the server has told it. */
  subject: string | null;
  /** When the visitor chose last, RFC 3339; null before the first choice. */
  decidedAt: string | null;
}
/** What the visitor did. */
export type Action = Choice['action'];
/** Where the visitor did it. */
export type Source = 'banner' | 'preferences' | 'placeholder' | 'api' | 'gpc' | 'import';
/** How the visitor came to this document. */
export interface Landing {
  /** Its address when it was opened, parameters included. */
  url: string;
  /** The page that led here, or empty. */
  referrer: string;
}
/** A choice that is in effect from now on. */
export interface Change extends Snapshot {
  /** Names of the cookies and storage entries of refused services that were removed. */
  removed: string[];
  /** Missing when the choice was made in another tab. */
  action?: Action;
  /** Missing when the choice was made in another tab; `account` when it followed from another device. */
  source?: Source | 'account' | 'parent';
  /** With the first grant in a document and never again, for tags that start only now. */
  landing?: Landing | undefined;
}
/** A choice that was made on this page. */
export interface Made extends Change {
  action: Action;
  source: Source;
}
/** A layer of the notice. */
export interface Layer {
  layer: 'banner' | 'preferences';
}
/** Another notice is announced, which takes effect by itself. */
export interface Announced {
  /** When, RFC 3339. */
  at: string;
  /** Its id. */
  notice: string;
  /** Address of the page that says what changes. */
  changes: string;
}
/** What each event tells. The same detail goes to listeners of `on`, to window and to the data layer. */
export interface Events {
  /** The stored choice is known; once per page. */
  ready: Snapshot;
  /** The visitor chose on this page. */
  choice: Made;
  /** Another choice is in effect, made on this page or in another tab. */
  change: Change;
  /** A layer is shown. */
  show: Layer;
  /** A layer is gone. */
  hide: Layer;
  /** A layer was shown but something, such as a filter list, keeps it from being seen. */
  hidden: Layer;
  /** The notice is about to change; once per page until it does. */
  'notice-changing': Announced;
  /** The server has recorded a choice. */
  recorded: Recorded;
}
/** One thing that the self-test has to say about a page. */
export interface Finding {
  /** Stable name, for programs. */
  code: string;
  /** `wrong` must be mended, `doubt` should be looked at, `fine` is told for completeness. */
  level: 'wrong' | 'doubt' | 'fine';
  /** What is so and how to mend it, in English. */
  text: string;
}
/** `window.assent` */
export interface Assent {
  /** Calls back once the stored choice is known, at once if it is. Returns how to stop. */
  ready(callback: (state: Snapshot) => void): () => void;
  /** What the visitor has chosen. */
  get(): Snapshot;
  /** Whether a purpose or a service is granted. What is pending or unknown is not. */
  has(name: string): boolean;
  /** Calls back on each event and, if it has happened already, with the last one at once. Returns how to stop. */
  on<N extends keyof Events>(event: N, callback: (detail: Events[N]) => void): () => void;
  /** Opens the preferences. */
  open(): Promise<void>;
  /** Grants everything, or what the list names (purposes, services) and nothing else. */
  accept(names?: readonly string[]): void;
  /** Refuses everything that is optional. */
  reject(): void;
  /** Takes everything back that was granted. */
  withdraw(): void;
  /** The server's answer to the last choice that it recorded, or null. */
  receipt(): Recorded | null;
  /** Looks for what is wrong with consent on this page, tells it in the console too. Rejects when it cannot be loaded. */
  check(): Promise<Finding[]>;
  /**
   * Links this browser to the account that the site's server signed the token for, and takes over what was chosen on its
   * other devices. Only where the site has linking switched on.
   */
  link?(token: string): Promise<void>;
  /** Ends that: from then on choices are this browser's own. */
  unlink?(): Promise<void>;
}
/** What stands in for the API until the script has come: calls that are made up for, in order. */
export interface Queue {
  q: [keyof Assent, ...unknown[]][];
}
/** The events as window fires them. */
export type WindowEvents = {
  [N in keyof Events as `assent:${N}`]: CustomEvent<Events[N]>;
};
declare global {
  interface Window {
    assent: Assent;
  }
  interface WindowEventMap extends WindowEvents {}
  var assent: Assent;
}
/** The current state of one visitor on one site: what the last recorded decision means. */
export interface Choice {
  /** Granted or not, per purpose. A purpose that is missing is pending, which is not a refusal. */
  purposes: Record<string, boolean>;
  /** Services answered otherwise than their purpose. */
  services: Record<string, boolean>;
  action: 'accept-all' | 'reject-all' | 'save' | 'withdraw' | 'signal';
  /** Id of the notice that was shown. */
  notice: string;
  /** When the visitor is asked again. */
  expiresAt: string;
}
/** Answer to a recorded decision. The decision is durable before this is sent. */
export interface Recorded {
  /** The decision's own id. */
  id: string;
  /** Pseudonymous id of the visitor on this site. */
  subject: string;
  /** The server's time of recording. */
  recordedAt: string;
  /** Path of the receipt on this server. */
  receipt: string;
  choice: Choice;
}
