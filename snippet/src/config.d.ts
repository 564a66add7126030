// What snippetbuild puts in place of imports: one site's notice, inlined. Names that begin with an underscore are
// shortened at build time, in the script and in the texts of further languages alike.

interface Service {
  readonly _id: string;
  readonly _name: string;
  readonly _purpose: string;
  /** Four characters for who receives what where: another one means that a grant must be asked for again. */
  readonly _mark: string;
  readonly _cookies: readonly string[];
  readonly _storage: readonly string[];
  /** Google reads this service's consent from Consent Mode. */
  readonly _google?: boolean;
}

interface Texts {
  readonly _language: string;
  readonly _direction: string;
  readonly _title: string;
  /** Sentence by sentence. */
  readonly _text: readonly string[];
  readonly _gpc: string;
  readonly _acceptAll: string;
  readonly _rejectAll: string;
  readonly _manage: string;
  readonly _open: string;
  readonly _policy: string;
  readonly _saved: string;
  readonly _preferencesTitle: string;
  readonly _preferencesText: string;
  readonly _save: string;
  readonly _close: string;
  readonly _details: string;
  readonly _panel: string;
  /** Title and text of each purpose, essential first. */
  readonly _purposes: readonly (readonly [string, string])[];
  /** Where another notice is announced: that it comes on {date}, and in which language. Its name is not shortened, as that
   * would change all others in the scripts of sites that announce nothing. */
  readonly announced?: readonly [text: string, language: string];
  /** Where the age is asked: the question, and what a child is told. */
  readonly _age?: AgeTexts;
  /** Of a further language: what the part for visitors says in it. */
  readonly _visitor?: VisitorTexts;
}

interface AgeTexts {
  readonly _question: string;
  readonly _why: string;
  readonly _yes: string;
  readonly _no: string;
  readonly _young: string;
  /** Instead, once a parent has decided. */
  readonly _decided: string;
  readonly _parent: string;
  readonly _ask: string;
  readonly _sent: string;
  readonly _failed: string;
}

/** How another tool marks up what waits (schemas/compat.json). */
interface Tool {
  readonly _selector: string;
  readonly _attribute: string;
  readonly _value: string;
  readonly _separator: string;
  readonly _class: string;
  readonly _otherwise: string;
  readonly _service: string;
  readonly _unmarked: boolean;
  /** Purposes or services of ours by the tool's words in lower case. */
  readonly _words: { readonly [word: string]: string };
  readonly _addresses: readonly string[];
}

/** Whose requests some hosts are. */
interface HostRule {
  /** Separated by spaces: a host, or .host for all of its subdomains, or either with the beginning of a path. */
  readonly _hosts: string;
  /** Purpose or services, separated by |, any of which must be granted; empty when none is needed, - where none helps. */
  readonly _ids: string;
  /** The service that is told to the owner; only where third parties are reported, and for the self-test. */
  readonly _service?: string;
}

declare module 'assent:config' {
  export const site: string;
  export const notice: string;
  /** Seconds until the visitor is asked again. */
  export const lifetime: number;
  /** Domain that shares the choice, or empty. */
  export const domain: string;
  /** The optional purposes; essential is not among them. */
  export const purposes: readonly string[];
  export const services: readonly Service[];
  /** Services of the notice that may not be used for now, and are not among these; their ids and marks. */
  export const suspended: readonly Omit<Service, '_name' | '_mark'>[];
  export const suspendedIds: readonly string[];
  export const suspendedMarks: readonly string[];
  /** Tags of the languages, the shorter first; the one that is inlined as `texts` is among them. */
  export const languages: readonly string[];
  export const texts: Texts;
  /** Address of this build, under which its further languages are kept for ever. */
  export const hash: string;
  export const policy: string;
  /** Milliseconds that Google's tags wait for the choice. */
  export const waitForUpdate: number;
  /** ISO 3166-2 codes where Google's default is denied; elsewhere it is granted. */
  export const googleRegions: readonly string[];
  /** What is switched on with `gtag('set', …, true)`. */
  export const googleSettings: readonly string[];
  export const tools: readonly Tool[];
  /** Third parties that are held back, or reported; for the self-test those of every mode. */
  export const hosts: readonly HostRule[];
  /** Regular expression for the addresses that the stub stops. */
  export const blocked: string;
  /** Where another notice is announced: when it takes effect, and its id. */
  export const change: { readonly at: string; readonly notice: string };
  export const css: string;
  /** SHA-256, base64, of each part that is fetched on demand. */
  export const parts: { readonly [name: string]: string };
}

declare module 'assent:check' {
  /** The notice's services, as the self-test calls them. */
  export const services: readonly { readonly _id: string; readonly _name: string }[];
  /** `block`, `report`, `off`, or empty for that. */
  export const autoBlock: string;
}

declare module 'assent:age' {
  /** The server can write to parents. */
  export const hasParents: boolean;
}

declare module 'assent:adapters' {
  /** The adapters that the notice names, each with the ids of the services that name it. */
  export const adapters: readonly (readonly [import('./vendors/adapter.ts').Adapter, readonly string[]])[];
}

// Features that a site does not use are compiled away.
declare const HAS_SERVICES: boolean;
declare const HAS_TRACES: boolean;
declare const HAS_GOOGLE: boolean;
/** Google's tags may be switched off as a whole; in advanced mode they go on without storage. */
declare const HAS_OFF_SWITCH: boolean;
declare const HAS_REGIONS: boolean;
declare const HAS_GOOGLE_SETTINGS: boolean;
declare const HAS_ADAPTERS: boolean;
declare const HAS_LANGUAGES: boolean;
declare const HAS_ALIASES: boolean;
declare const HAS_MARKETING: boolean;
declare const HAS_FUNCTIONAL: boolean;
/** Rules that this build asks by; what only others need is compiled away. */
declare const REGIME: 'opt-in' | 'opt-out' | 'notice-only' | 'child-directed';
/** The visitor is a child: everything is refused. Where the age is asked it is a variable, which snippetbuild imports. */
declare const IS_MINOR: boolean;
/** Nothing may be asked of the visitor or recorded, because they are a child or may be one. */
declare const IS_HELD: boolean;
/** Under opt-out and notice-only what is unanswered counts as granted until it is refused. */
declare const SILENCE_GRANTS: boolean;
/** A later explicit grant outweighs the browser's signal also where silence grants. */
declare const GPC_YIELDS: boolean;
declare const HAS_DOMAIN: boolean;
declare const HAS_AUTOBLOCK: boolean;
/** The build is the stub, which knows no choice. */
declare const IN_STUB: boolean;
declare const HAS_REPORT: boolean;
declare const HAS_COMPAT: boolean;
/** Another notice is announced. */
declare const HAS_CHANGE: boolean;

/** A service of the notice is suspended. */
declare const HAS_SUSPENDED: boolean;

interface Navigator {
  readonly globalPrivacyControl?: boolean;
}
