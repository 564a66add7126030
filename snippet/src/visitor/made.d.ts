// What snippetbuild puts in place of this import, for the part alone: what is told of services, and its texts in the
// site's first language; those of further ones come with what the script fetches of them.

interface Facts {
  readonly _provider: string;
  readonly _country: string;
  /** ISO 8601 duration in numbers and the units of Intl: [[1, "year"], [6, "month"]]. */
  readonly _retention: readonly (readonly [number, string])[];
  readonly _policy: string;
}

interface VisitorTexts {
  readonly _embedTitle: string;
  readonly _embedText: string;
  readonly _once: string;
  readonly _always: string;
  readonly _receipt: string;
  readonly _copy: string;
  readonly _copied: string;
  readonly _history: string;
  readonly _withdraw: string;
  readonly _servicePolicy: string;
  /** What is told of a service: provider, aim, cookies and storage, retention, country. */
  readonly _facts: readonly string[];
  /** Of each service: what it is for, and what makes its transfer lawful. */
  readonly _services: readonly (readonly [string, string])[];
  /** Where integrations tell services of visitors (sharing.ts): what that is called, and of each service, empty for nothing. */
  readonly _shared?: readonly [label: string, lists: readonly string[]];
  /** Where the preferences lead to receipts and rights (rights.ts): the label of the way, and what is said where it is closed. */
  readonly _rights?: readonly [label: string, failed: string];
  /** What became of it, by action of a decision. */
  readonly _actions: Readonly<Record<string, string>>;
  /** How many entries were removed, by category of Intl.PluralRules. */
  readonly _removed: Readonly<Record<string, string>>;
}

declare module 'assent:visitor' {
  export const css: string;
  /** The style of placeholders. */
  export const embedCss: string;
  /** Of each service, in the order of the notice. */
  export const facts: readonly Facts[];
  export const texts: VisitorTexts;
}
