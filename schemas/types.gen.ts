// Code generated from the JSON Schemas by schemas/gen; DO NOT EDIT.

/** Who is signed in to the dashboard. */
export interface Session {
  /** Whether an owner must be set up first, a password is asked for, a code has to follow it, or somebody is signed in. */
  state: 'setup' | 'signed-out' | 'code-due' | 'signed-in';
  email?: string;
  /** What people know the provider of single sign-on as; absent without one. */
  singleSignOn?: string;
  /** What whoever is signed in may do at one site at least. */
  permissions?: ('view rates' | 'edit notices' | 'export data' | 'read decisions' | 'erase decisions' | 'review services' | 'read the audit trail' | 'manage people' | 'change the site' | 'add sites')[];
  /** What whoever is signed in may do at every site. */
  everywhere?: string[];
  /** What whoever is signed in may do at single sites, beside that. */
  sites?: Record<string, string[]>;
}

/** Sign-in of an existing user. */
export interface Credentials {
  email: string;
  password: string;
}

/** Creation of the owner with the one-time token of the set-up link. */
export interface Setup {
  token: string;
  email: string;
  /** At least 12 characters; no rule on their kinds (ASVS 6.2). */
  password: string;
}

/** One choice of one visitor, as the script posts it. Append-only: a change of mind is another decision. */
export interface Decision {
  /** UUIDv7 made by the client once per choice and kept until a 2xx, so that a retry is recognised. */
  id: string;
  /** 128 random bits that live in the visitor's browser only; the subject id is derived from them and they are never stored. */
  secret: string;
  /** Id of the notice that the visitor was shown. */
  notice: string;
  /** What the visitor did: a button, a saved selection, a withdrawal, or a privacy signal sent by the browser. */
  action: 'accept-all' | 'reject-all' | 'save' | 'withdraw' | 'signal';
  /** The answer per purpose. `save` and `signal` must name at least one; the other actions imply the rest. */
  purposes?: Record<string, boolean>;
  /** The answer per service, where it differs from its purpose. */
  services?: Record<string, boolean>;
  /** Where on the page the choice was made. */
  source?: 'banner' | 'preferences' | 'placeholder' | 'api' | 'gpc' | 'import';
  /** The click came from a script, such as a privacy extension (`isTrusted` was false). */
  synthetic?: boolean;
  /** BCP 47 tag of the language that the notice was shown in. */
  locale?: string;
  /** The page of the choice, http or https. The server keeps origin and path only. */
  page?: string;
  /** The client's clock at the choice, RFC 3339. A claim: the server's own time orders decisions. */
  decidedAt?: string;
  /** Names of the cookies and storage entries that the decision deleted in the visitor's browser at once. */
  removed?: string[];
  /** Rules that the visitor was asked by. A server that reads none takes the strictest that asks. */
  regime?: 'opt-in' | 'opt-out' | 'notice-only' | 'child-directed';
  /** What the server answered when this notice came on screen (exposure.schema.json). A decision from the banner or the preferences without a valid one is flagged, and kept all the same. Not stored. */
  shown?: string;
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

/** The current choice of one subject. */
export interface Current {
  subject: string;
  choice: Choice;
  recordedAt: string;
}

/** What is being written for a site's next notice; one per site. */
export interface Draft {
  /** Grows with each change; 0 while there was none. */
  revision: number;
  /** Id of the notice that was published when it was begun. */
  base: string;
  notice: Notice;
  /** Who changed it last. */
  by?: string;
  /** When. */
  at?: string;
}

/** That a site published a notice. */
export interface Publication {
  /** Its id. */
  notice: string;
  /** When; absent of one from before this was kept. */
  at?: string;
  /** Who; absent for the command line. */
  by?: string;
  /** Since when it had been announced; absent where it took effect at once. */
  announcedAt?: string;
  /** What changes, in the owner's words, by language of the notice. */
  summary?: Record<string, string>;
}

/** Which notice to publish. */
export interface PublicationOrder {
  /** Id of an earlier notice, to go back to it; without one, the draft is published. */
  notice?: string;
  /** When it takes effect, until when it is announced; at once without it. */
  at?: string;
  /** What changes, in the owner's words, by language of the notice. */
  summary?: Record<string, string>;
}

/** One member that the draft changes. */
export interface Difference {
  /** JSON Pointer (RFC 6901) into the complete notice; items of lists that have an id go by that. */
  pointer: string;
  /** JSON of what is published; empty where it is new. */
  before: string;
  /** JSON of what is in the draft; empty where it is gone. */
  after: string;
}

/** What the lint has to say. */
export interface Finding {
  /** An error stops the publication. */
  severity: 'error' | 'warning';
  /** JSON Pointer of the member at fault. */
  pointer: string;
  /** Where it comes from, such as GDPR Art. 7(3); empty for a form that is wrong. */
  rule: string;
  /** What is wrong and how to mend it. */
  detail: string;
  /** Stable name of what is wrong, such as provider-missing, by which texts of other languages go; absent where there is none but the detail. */
  kind?: string;
  /** What such a text names. */
  values?: Record<string, string>;
}

/** Whether the links that a notice shows lead anywhere. */
export interface LinkCheck {
  /** How many addresses were asked. */
  links: number;
  /** Warnings about those that did not answer. */
  findings: Finding[];
}

/** Where a notice can be looked at. */
export interface Preview {
  /** Path of a page for a sandboxed frame, for an hour. */
  address: string;
}

/** A draft, what it changes, and what stands against publishing it. */
export interface Review {
  draft: Draft;
  /** Id of the notice that is published now. */
  published: string;
  differences: Difference[];
  /** Names of the services that receive something else, or elsewhere, than visitors granted: those are asked again. */
  touched: string[];
  findings: Finding[];
}

/** What an erasure removed. Nothing in it leads back to whose it was. */
export interface Erasure {
  /** To quote. It is kept nowhere else. */
  reference: string;
  at: string;
  /** How many were removed; 0 when there were none, or no longer. */
  decisions: number;
  /** SHA-256 of each removed decision's id, hexadecimal: who has a receipt can tell that it was among them. */
  receipts: string[];
}

/** A visitor's browser asks that all of its decisions on a site are erased. */
export interface OwnErasure {
  /** The one that its decisions were sent with. */
  secret: string;
}

/** Whose decisions are to be erased: those of a subject, of whose decision a receipt is, or of all browsers that are linked to an account of the site. */
export interface ErasureOrder {
  /** The id of one of the decisions, or the address of its receipt. */
  receipt?: string;
  subject?: string;
  /** The site's own id of an account. It is hashed at once and kept nowhere. */
  account?: string;
  /** A token that the site's server signed for the account (deploy/LINKING.md), in place of its id. */
  token?: string;
  /** A child made the decisions who may not. The register and the log say so, and not whose they were. */
  inError?: boolean;
}

/** Other wordings and looks of a site's notice that a share of the visitors are shown, to learn what they change. */
export interface Experiment {
  /** It decides, with a visitor's address and browser, which variant that visitor is shown. */
  id: string;
  /** Id of the notice that was published then; whoever is shown no variant is shown this one. */
  control: string;
  variants: Variant[];
  startedAt: string;
  /** Who started it. */
  startedBy?: string;
  /** Absent while it runs. */
  endedAt?: string;
  /** Who ended it; absent for the command line. */
  endedBy?: string;
  /** Id of the variant that was published at its end. */
  adopted?: string;
}

/** One of the notices of an experiment. */
export interface Variant {
  /** Its id. */
  notice: string;
  /** Of the visitors, in per cent. */
  share: number;
}

/** What to start. */
export interface ExperimentOrder {
  /** Their shares leave some visitors to the notice that is published. */
  variants: VariantOrder[];
}

/** A notice to try. */
export interface VariantOrder {
  /** Id of one that the site published before; without one, the draft is meant. */
  notice?: string;
  /** Of the visitors, in per cent. */
  share: number;
}

/** What visitors of an experiment answered so far, and what can be said of it at any time: all intervals together hold 95 times in 100, however often one looks. */
export interface ExperimentReport {
  experiment: Experiment;
  /** Since when visitors are counted: the first whole quarter of an hour. */
  from: string;
  /** Until when they are; later than now while it runs. */
  to: string;
  /** The control first, then the variants. */
  arms: Arm[];
  /** How many more visitors it takes, about, until a difference of two points shows for certain. */
  needed: number;
  /** Whether visitors were shared out as asked for; where not, something between visitors and server keeps or changes the script, or some pages pin it. */
  split: 'few' | 'right' | 'wrong';
  /** On some day there were more visitors than are told apart, so that fewer were counted. */
  bounded: boolean;
}

/** Visitors who were shown one of the notices. */
export interface Arm {
  notice: string;
  /** Of all visitors, in per cent, as asked for. */
  share: number;
  /** Who could see it and had no choice, each counted once per UTC day; sum of the next four. */
  visitors: number;
  accepted: number;
  refused: number;
  partial: number;
  /** Did not answer. */
  ignored: number;
  /** Not among the visitors: something, such as a blocker, hid it from them. */
  hidden: number;
  /** Not among the visitors: a script answered, such as a privacy extension. */
  synthetic: number;
  /** Not among the visitors: answers of programs that say so. */
  bots: number;
  /** With the control, by outcome; empty for the control itself. */
  compared: OutcomeCompared[];
}

/** How much more often than in the control visitors did one thing, as a part of 1. */
export interface OutcomeCompared {
  outcome: 'accepted' | 'refused' | 'partial' | 'ignored';
  difference: number;
  /** The true difference lies between this and the next. */
  lowest: number;
  highest: number;
  /** `few` visitors to tell from; `same` is less than two points either way; `open` while it may be either. */
  verdict: 'few' | 'open' | 'same' | 'more' | 'fewer';
}

/** Which variant to publish. */
export interface Adoption {
  /** Its id. */
  notice: string;
}

/** A moment of a notice on a page, as the script tells it. Counted, and not kept per visitor. */
export interface Exposure {
  /** Id of the notice. */
  notice: string;
  /** The layer came on screen, something kept it from there, the page was left without an answer, or it was closed without one. */
  event: 'shown' | 'hidden' | 'ignored' | 'dismissed';
  /** The first layer, which asks a visitor without a choice, or the preferences, which anybody may open. */
  layer?: 'banner' | 'preferences';
  /** BCP 47 tag of the language that the notice was shown in. */
  locale?: string;
  /** The page, http or https. The server keeps origin and path only. */
  page?: string;
  /** Rules that the visitor is asked by. A server that reads none takes the strictest that asks. */
  regime?: 'opt-in' | 'opt-out' | 'notice-only' | 'child-directed';
}

/** Answer to the event `shown`. */
export interface Shown {
  /** What a decision on this notice carries within 24 hours, to be known as made by somebody who saw it. Names nobody. */
  shown: string;
}

/** What whoever asks signs in with beside the password. */
export interface Factors {
  /** Whether a code of an app follows the password. */
  twoStep: boolean;
  /** Since when; absent when it does not. */
  since?: string;
  /** How many codes of recovery are left. */
  recovery: number;
  /** Each signs in alone. */
  passkeys: Passkey[];
}

/** The second step of a sign-in. */
export interface CodeGiven {
  /** Six digits of the app, or a code of recovery. */
  code: string;
}

/** Whoever is signed in proves it again. */
export interface Proof {
  password: string;
  /** Six digits of the app, or a code of recovery, where one follows the password at sign-in. */
  code?: string;
}

/** A key on a device or in a password manager. */
export interface Passkey {
  id: string;
  /** Browser and system where it was added, in words; empty when the browser did not tell. */
  name: string;
  added: string;
  used: string;
}

/** What the browser is to ask for, within five minutes. */
export interface PasskeyAsked {
  /** JSON for PublicKeyCredential.parseCreationOptionsFromJSON, or parseRequestOptionsFromJSON. */
  options: string;
  /** To be sent back with what came of it. */
  sealed: string;
}

/** What the browser got. */
export interface PasskeyShown {
  sealed: string;
  /** The JSON of PublicKeyCredential.toJSON. */
  credential: string;
}

/** What an app has to know to show codes. Nothing is kept until a code of it comes. */
export interface AppOffer {
  /** To be sent back with the first code, within 15 minutes. */
  offer: string;
  /** In base32, to be typed where a picture cannot be taken. */
  secret: string;
  /** The same as an address that apps open (otpauth). */
  address: string;
  /** How many modules the QR code of the address is wide and high. */
  size: number;
  /** Its dark modules as the path of an SVG. */
  path: string;
}

/** An offer that was taken. */
export interface AppAdded {
  offer: string;
  /** The six digits that the app shows. */
  code: string;
}

/** Codes that each replace the app once. They are told once and kept only as hashes. */
export interface RecoveryCodes {
  codes: string[];
}

/** Decisions of a site that match a search, the last recorded first. */
export interface Found {
  decisions: Receipt[];
  /** What `before` has to be for the decisions before these; absent when there are none. */
  next?: string;
}

/** What the visitor of a decision was shown, and where it can be looked at. */
export interface Exhibit {
  notice: StatedNotice;
  recordedAt: string;
  /** The address shows the script itself that visitors were given then; otherwise the notice of then with the script of today. */
  isExact: boolean;
  /** Path of a page for a sandboxed frame, for an hour. */
  address: string;
}

/** What was taken from the set-up of another consent tool. Nothing of it is stored. */
export interface Import {
  /** What the file is. */
  kind: 'assent' | 'cookiebot' | 'klaro' | 'onetrust' | 'vanilla-cookieconsent';
  /** The draft that came of it. */
  notice: Notice;
  /** What to look at, the most urgent first. */
  remarks: Remark[];
}

/** What became of a part of the file. */
export interface Remark {
  /** `mend`: it cannot be published before; `check`: somebody must look at it; `left-out`: it is not in the notice; `taken`: it is. */
  kind: 'mend' | 'check' | 'left-out' | 'taken';
  /** The part, as the file or the notice names it. */
  about: string;
  /** Line of the file, where it is known. */
  line?: number;
  /** What became of it and what to do, in English. */
  detail: string;
  /** Stable name of what `detail` says, to say it in another language with `values`. */
  says?: string;
  /** What was found, by the name that the words have for it. */
  values?: Record<string, string>;
}

/** What to read. */
export interface ImportOrder {
  /** The set-up's file, as text: at most 5 MiB. */
  file: string;
  /** What the file is; without it that is recognised. */
  kind?: '' | 'assent' | 'cookiebot' | 'klaro' | 'onetrust' | 'vanilla-cookieconsent';
  /** An Open Cookie Database as CSV, to know cookies by: at most 5 MiB. */
  cookies?: string;
}

/** A system that is told by signed webhooks what visitors decided about a service. */
export interface Integration {
  id: string;
  name: string;
  /** Where deliveries go; without path and query for who may not change it, since those may be a secret. */
  address: string;
  /** Id of the notice's service: whoever grants it is told of. */
  service: string;
  description: string;
  /** What is shared beside site, service, visitor, receipt and time. */
  fields: string[];
  /** It hears of visitors' requests that were closed, while it is on. */
  requests: boolean;
  /** Off: no grant is told, withdrawals are. Gone: the receiver answered 410, nothing is sent. */
  state: 'on' | 'off' | 'gone';
  createdAt: string;
  /** Until when the secret before signs too; absent when none does. */
  oldSecretUntil?: string;
}

/** What an integration is to be. */
export interface IntegrationWish {
  name: string;
  /** Begins with https:// and is on the Internet. */
  address: string;
  /** One of the published notice, with provider and country, that is not essential. */
  service: string;
  /** What it is for. */
  description?: string;
  /** It is to hear of visitors' requests that were closed; nothing about the visitor. */
  requests?: boolean;
  fields?: ('expiresAt' | 'notice' | 'action' | 'purposes' | 'services' | 'language' | 'page' | 'country')[];
}

/** An integration with its secret, which is told once. */
export interface ConnectedIntegration {
  integration: Integration;
  secret: string;
}

/** What would be shared, with whom, and where. */
export interface IntegrationSample {
  /** What a grant of a made-up visitor would send. */
  body: string;
  service: Service;
}

/** Whether grants are told. */
export interface IntegrationSwitch {
  state: 'on' | 'off';
}

/** How one delivery came out. */
export interface Attempt {
  at: string;
  /** Its webhook-id. */
  event: string;
  type: string;
  /** 0 when there was no answer. */
  status: number;
  /** Empty when the receiver took it. */
  reason: '' | 'status' | 'redirect' | 'gone' | 'private' | 'no-host' | 'slow' | 'closed' | 'certificate' | 'broken';
  milliseconds: number;
  /** The visitor's pseudonym, or a closing document's id; empty for a test. */
  subject: string;
}

/** Something that waits to be delivered, or could not be. */
export interface Letter {
  subject: string;
  event: string;
  type: string;
  recordedAt: string;
  /** When it is tried next, or was given up. */
  at: string;
  attempts: number;
  last?: Attempt;
}

/** How an integration stands: at most 25 attempts, 50 that wait and 50 dead letters. */
export interface Deliveries {
  /** The newest first. */
  recent: Attempt[];
  /** The next to be tried first. */
  waiting: Letter[];
  /** The oldest first. */
  dead: Letter[];
}

/** Dead letters to send again. */
export interface Replay {
  /** Only this visitor's; all without it. */
  subject?: string;
}

/** What a replay did. */
export interface Replayed {
  /** How many are sent again. */
  letters: number;
}

/** A visitor's browser says, with a token that the site's server signed, whose account it is used with. */
export interface Link {
  /** The one that the browser's decisions are sent with. */
  secret: string;
  /** JWT that the site's server signed for the account (HS256; deploy/LINKING.md). */
  token: string;
  /** Id of the notice that the page's script was built with: what follows is held against it. */
  notice: string;
  /** BCP 47 tag of the language of the notice. */
  locale?: string;
  /** The page, http or https. The server keeps origin and path only. */
  page?: string;
  /** Rules that visitors of the page are asked by. */
  regime?: 'opt-in' | 'opt-out' | 'notice-only' | 'child-directed';
  /** The browser sends a privacy signal, against which nothing that follows grants marketing. */
  gpc?: boolean;
}

/** The browser is linked. If its current choice followed the account, it says which one that is. */
export interface Linked {
  /** Pseudonymous id of the browser's own decisions. */
  subject: string;
  followed?: Followed;
}

/** A choice that was made on another device of the account, recorded for this one as a decision of its own. */
export interface Followed {
  recorded: Recorded;
  /** When the person chose, from which its lifetime counts. */
  decidedAt: string;
}

/** A visitor's browser asks that it is linked to no account any more. */
export interface OwnUnlinking {
  secret: string;
}

/** The site's server asks that no browser is linked to an account any more. */
export interface AccountUnlinking {
  /** JWT as for a link, with the claim scope: unlink. */
  token: string;
}

/** An account of the site: its id as the site knows it, or a token that the site's server signed for it. */
export interface AccountName {
  /** The site's own id of it. It is hashed at once and kept nowhere. */
  account?: string;
  token?: string;
}

/** Whether a site's pages may link browsers to its accounts, and the secrets that its server signs tokens with. */
export interface Linking {
  state: 'on' | 'off';
  /** The newest first; none before the first was made. */
  secrets: LinkingSecret[];
}

/** A secret, without what it says. */
export interface LinkingSecret {
  createdAt: string;
  /** Until when it is accepted, since a newer one took its place; absent for the newest. */
  until?: string;
}

/** Whether pages may link. */
export interface LinkingSwitch {
  state: 'on' | 'off';
}

/** A new secret, which is told once. */
export interface MadeLinkingSecret {
  linking: Linking;
  secret: string;
}

/** Shows that a decision is in the log (RFC 6962, 2.1.1). deploy/LOG.md says how to check it. */
export interface LogProof {
  /** Which entry of the log the decision is, from 0. */
  index: number;
  /** What the decision was hashed with, hexadecimal. Who has it and the decision can tell that they belong to the entry. */
  salt: string;
  /** From the entry's sibling upwards, base64. */
  hashes: string[];
  /** The log's signed head (C2SP tlog-checkpoint). */
  checkpoint: string;
  /** The public key of the log, as for signed notes: name, hash and key. */
  key: string;
}

/** Shows that the log of an earlier size is the beginning of the present one (RFC 6962, 2.1.2). */
export interface LogGrowth {
  from: number;
  hashes: string[];
  checkpoint: string;
  key: string;
}

/** What a visitor is shown. Every member is optional; defaults make a complete, lawful notice. Immutable once published: its id is the hash of its canonical JSON. */
export interface Notice {
  /** Why data is used. `essential` is always there and need not be listed. */
  purposes?: Purpose[];
  /** The third parties. */
  services?: Service[];
  /** BCP 47 tags of the languages it is shown in, the first one being the default; such as de or pt-BR. */
  languages?: string[];
  /** Texts by language and key, replacing the built-in ones. */
  texts?: Record<string, Record<string, string>>;
  look?: Look;
  /** Link shown on the first layer: an http or https address, or a path of the page's own host. */
  privacyPolicy?: string;
  controller?: Controller;
  /** Days after which the visitor is asked again; the same for yes and no. */
  lifetimeDays?: number;
  /** What happens to third parties that nobody annotated, known by the hosts of the services and of the built-in catalogue: nothing, told (console and dashboard), or held back like annotated ones. */
  autoBlock?: 'off' | 'report' | 'block';
  /** Hosts that auto-block never touches, written as those of services: in lower case, IDNs in punycode, *. for all subdomains. */
  exempt?: string[];
  /** Google Consent Mode: `basic` loads no Google tag before a grant; `advanced` lets Google's tags load with everything denied. */
  consentMode?: 'basic' | 'advanced';
  google?: Google;
  /** Other tools whose markup is understood. */
  compat?: ('cookiebot' | 'onetrust' | 'klaro' | 'vanilla-cookieconsent' | 'cookieyes' | 'iubenda' | 'complianz' | 'usercentrics')[];
  /** Rules that visitors are asked by: `auto` follows the visitor's country or US state, the strictest where it is unknown. */
  regime?: 'auto' | 'opt-in' | 'opt-out' | 'notice-only' | 'child-directed';
  /** A grant that the visitor gives later and explicitly on this site outweighs the browser's privacy signal also under opt-out. */
  gpcYields?: boolean;
  /** Visitors are asked first whether they are old enough to consent alone where they are (GDPR, Art. 8). Whoever is not is asked nothing else, unless a parent decides for them. Then everybody is asked by the rules of opt-in. */
  ageQuestion?: boolean;
  /** The preferences lead visitors who have chosen to a page of the server with their receipts and rights. */
  rights?: boolean;
  /** Domain that shares the choice among its subdomains, such as shop.example; empty for the page's host alone. In lower case, IDNs in punycode, without a dot in front. */
  cookieDomain?: string;
}

/** Why data is used. */
export interface Purpose {
  /** Lower-case letters, digits, - and _, a letter first, at most 40. */
  id: string;
}

/** A third party under one purpose. Where the id is one of the built-in catalogue (see: assent services), whatever is left out comes from there; any other id needs a purpose. */
export interface Service {
  /** Lower-case letters, digits, - and _, a letter first, at most 40. */
  id: string;
  /** Id of the purpose that must be granted. */
  purpose?: string;
  name?: string;
  /** What sort of service it is: its standard aim is told in the visitor's language. */
  kind?: '' | 'analytics' | 'advertising' | 'social' | 'chat' | 'support' | 'video' | 'audio' | 'map' | 'fonts' | 'testing' | 'tag-manager' | 'replay' | 'forms' | 'messages' | 'reviews' | 'security' | 'payment' | 'performance';
  /** Legal name of who receives the data. */
  provider?: string;
  /** Hosts that it loads from, in lower case, IDNs in punycode: example.com for that one, *.example.com for all of its subdomains and not for itself; with a slash also the beginning of path and query, as in www.example.com/maps/. Any port, unless one is given. */
  hosts?: string[];
  /** Names, with * as wildcard, cleared on withdrawal. */
  cookies?: string[];
  /** Keys of localStorage and sessionStorage and names of IndexedDB databases, with * as wildcard, cleared on withdrawal. */
  storage?: string[];
  /** ISO 3166-1 alpha-2 code of where data is processed, such as DE. */
  country?: string;
  /** What makes the transfer lawful. */
  safeguard?: '' | 'adequacy' | 'scc' | 'bcr' | 'none';
  /** ISO 8601 duration of the longest-lived cookie or record in years, months, weeks and days, such as P13M. */
  retention?: string;
  /** Link to the provider's privacy policy, an http or https address. */
  policy?: string;
  /** Vendor adapter that is told of each choice; without one the service is gated by load. */
  adapter?: '' | 'google' | 'google-tag-manager' | 'adsense' | 'microsoft-uet' | 'clarity' | 'meta' | 'tiktok' | 'pinterest' | 'matomo' | 'hubspot' | 'posthog' | 'mixpanel' | 'intercom' | 'zendesk' | 'fullstory' | 'shopify' | 'zaraz';
}

/** Appearance of the notice. */
export interface Look {
  layout?: 'bar' | 'box' | 'centre';
  /** Colour of both answers and of switches, as #rrggbb. */
  accent?: string;
  /** Colour of the surface in the light scheme, as #rrggbb; white by default. */
  background?: string;
  /** Colour of the text in the light scheme, as #rrggbb; must reach 4.5:1 on the surface. */
  text?: string;
  /** Colour of the surface in the dark scheme, as #rrggbb. */
  darkBackground?: string;
  /** Colour of the text in the dark scheme, as #rrggbb. */
  darkText?: string;
  /** Colour scheme: the visitor's, or always one. */
  scheme?: '' | 'auto' | 'light' | 'dark';
  /** Corners, from 0px to 32px; 16px by default. */
  radius?: string;
  /** CSS font-family list; the system's font by default. */
  font?: string;
}

/** Who decides why and how data is used: named in receipts, not by the script. */
export interface Controller {
  /** Legal name. */
  name?: string;
  /** Postal address. */
  address?: string;
  /** Where to write about data: an e-mail address, or an http or https address. */
  contact?: string;
}

/** How Google's tags are told (Consent Mode). */
export interface Google {
  /** Milliseconds that Google's tags wait for the choice. */
  waitForUpdate?: number;
  /** Redact advertising identifiers while ad_storage is denied. */
  adsDataRedaction?: boolean;
  /** Pass click identifiers in links while storage is denied. */
  urlPassthrough?: boolean;
  /** ISO 3166-2 codes such as DE or US-CA where everything is denied by default; elsewhere everything is granted by default. Empty: denied everywhere. */
  regions?: string[];
  /** Identifier that Google gave the operator: letters and digits. */
  developerId?: string;
}

/** The browser of a child asks that a parent is written to. */
export interface Parental {
  /** The one that the browser's decisions are sent with. */
  secret: string;
  /** The parent's address. It is kept sealed, for as long as it is needed. */
  email: string;
  /** Id of the notice that the page's script was built with. */
  notice: string;
  /** BCP 47 tag of the language of the notice, in which the parent is written to. */
  locale?: string;
  /** The page, http or https. The server keeps origin and path only. */
  page?: string;
}

/** The browser of a child asks what a parent has decided. */
export interface ParentalCheck {
  secret: string;
}

/** What became of it. */
export interface ParentalAnswer {
  /** `none`: nobody was asked, or it is too long ago, or all of it was erased. */
  state: 'none' | 'waiting' | 'decided';
  followed?: Followed;
}

/** A parent comes by the link of a message. */
export interface ParentalLink {
  site: string;
  subject: string;
  token: string;
}

/** What a parent allows; everything else is refused. */
export interface ParentalDecision {
  site: string;
  subject: string;
  token: string;
  /** Ids of purposes and services. */
  granted: string[];
}

/** What a parent is shown. */
export interface ParentalVisit {
  /** The site's. */
  name: string;
  /** On which the child asked. */
  page?: string;
  purposes: ParentalPurpose[];
  current?: Current;
}

/** What the notice asks for, in the language in which the child read it. */
export interface ParentalPurpose {
  id: string;
  title: string;
  text: string;
  services: ParentalService[];
}

/** Who would get what. */
export interface ParentalService {
  id: string;
  name: string;
  provider?: string;
  /** ISO 3166 code of where it is processed. */
  country?: string;
  aim?: string;
}

/** Who may use the dashboard, and who is invited to, as far as whoever asks manages them. */
export interface People {
  people: Person[];
  invitations: Invitation[];
}

/** What somebody may do: a role over all sites, roles at single ones, or both. */
export interface RolesGiven {
  /** Over all sites, those to come among them; empty for none. */
  all?: '' | 'owner' | 'editor' | 'analyst' | 'officer';
  /** Site to role. */
  sites?: Record<string, 'owner' | 'editor' | 'analyst' | 'officer'>;
}

/** Somebody who may sign in. */
export interface Person {
  id: string;
  email: string;
  roles: RolesGiven;
  since: string;
  /** Whether a code follows the password, or a passkey stands in for it. */
  factors: boolean;
}

/** A link that was handed out and not used yet. */
export interface Invitation {
  id: string;
  email: string;
  roles: RolesGiven;
  expiresAt: string;
}

/** Whom to invite, and as what. */
export interface NewInvitation {
  email: string;
  roles: RolesGiven;
}

/** An invitation with what its link holds. It is told once and kept nowhere. */
export interface InvitationLink {
  invitation: Invitation;
  /** Goes behind /dashboard/#invitation=. */
  token: string;
}

/** A new password for whoever is signed in. */
export interface PasswordChange {
  current: string;
  /** At least 12 characters; no rule on their kinds (ASVS 6.2). */
  password: string;
}

/** Where somebody is signed in. */
export interface OpenSession {
  id: string;
  /** Browser and system, in words; empty when the browser did not tell. */
  device: string;
  started: string;
  /** Last use, to five minutes. */
  seen: string;
  /** Whether it is the one that asks. */
  current: boolean;
}

/** Problem details (RFC 9457): what is wrong and how to mend it. */
export interface Problem {
  /** Stable name of the kind of problem, as a URN. */
  type: string;
  title: string;
  status: number;
  /** What is wrong with this request and how to mend it. */
  detail: string;
  /** One entry per faulty member of the body. */
  errors?: Fault[];
}

/** One faulty member of a body. */
export interface Fault {
  /** JSON Pointer (RFC 6901) to the member; empty for the whole body. */
  pointer: string;
  /** What is wrong and what would be right. */
  detail: string;
  /** Stable name of what is wrong, such as provider-missing, by which texts of other languages go; absent where there is none but the detail. */
  kind?: string;
  /** What such a text names. */
  values?: Record<string, string>;
}

/** The record of processing of a site's notice (GDPR, article 30(1)), with its transfers. Its words are in one language. */
export interface Processing {
  site: string;
  /** Name of the site. */
  name: string;
  /** Id of the notice's version. */
  notice: string;
  /** When that version was published last; missing where it is not on record. */
  publishedAt?: string;
  /** When the record was made; transfers are judged by that day. */
  madeAt: string;
  /** Of the words. */
  language: 'en' | 'de';
  controller: Controller;
  /** Categories of data subjects. */
  subjects: string;
  /** Days after which a choice ends. */
  lifetimeDays: number;
  /** The day up to which the decisions of adequacy are known. */
  asOf: string;
  /** The security measures that Assent takes itself. */
  measures: string[];
  /** One for the choices themselves, then one per service. */
  activities: Activity[];
}

/** What one recipient does with data. */
export interface Activity {
  /** Id of the notice's service; empty for the choices, which the site's operator keeps with Assent. */
  service: string;
  name: string;
  /** Title of the purpose. */
  purpose: string;
  /** What the purpose means. */
  aim: string;
  /** Categories of data; of services, the cookies and the keys of storage too. */
  data: string[];
  recipient: string;
  /** ISO 3166-1 code of where data is processed; empty where nobody says. */
  country: string;
  /** Where that is: the EEA, a third country with a decision of adequacy in force, another third country, or unknown; empty for the choices. */
  area: '' | 'eea' | 'adequate' | 'third' | 'unknown';
  /** As the notice names it. */
  safeguard: '' | 'adequacy' | 'scc' | 'bcr' | 'none';
  /** Number of the decision of adequacy that is in force, or of the last one that was. */
  act: string;
  /** To whom that decision is limited. */
  limit: string;
  /** Last day of what the transfer rests on, or rested on; empty where no end is known. */
  until: string;
  /** ISO 8601 duration. */
  retention: string;
  /** The same in words: the time limit for erasure. */
  period: string;
  /** Address of the recipient's privacy policy. */
  policy: string;
  /** What is wrong with the transfer. Where adequacy has ended, the service is suspended. */
  wrong: '' | 'country-missing' | 'safeguard-missing' | 'safeguard-none' | 'adequacy-missing' | 'adequacy-ended' | 'adequacy-ending';
  /** The same in words, with what to do. */
  remark: string;
  /** When somebody last looked whether this is still so; missing where nobody has. */
  reviewedAt?: string;
}

/** How visitors of one site chose in a period, as far as the filter lets them count. */
export interface Rates {
  site: string;
  /** First day, inclusive, in the time zone. */
  from: string;
  /** Last day, inclusive. */
  to: string;
  /** IANA name. */
  timeZone: string;
  /** Length of the intervals; weeks begin on Monday. */
  each: 'hour' | 'day' | 'week';
  totals: Answered;
  /** Decisions that were made in the preferences. */
  saved: number;
  /** All of the period, those without anything included. */
  intervals: Interval[];
  purposes: GrantShare[];
  /** By their own answer, or else that of their purpose. */
  services: GrantShare[];
  /** First answers by how long the notice had been on screen, shortest first. */
  waits: Wait[];
  /** When versions of the notice came up, or came back, oldest first. */
  notices: NoticeSince[];
  /** What the filter can be set to, per dimension, most frequent first: as found in the last seven days of the period. */
  values: Record<string, string[]>;
  /** The last decisions of all times, whatever the filter, newest first. */
  recent: Receipt[];
  /** On some day there were more visitors than are told apart, so that fewer were counted. */
  bounded: boolean;
}

/** Decisions by outcome, and what became of the visitors who were asked. Decisions of programs are in none but `bots`. */
export interface Answered {
  /** Sum of the next four. */
  decisions: number;
  accepted: number;
  /** Withdrawals are among them. */
  refused: number;
  partial: number;
  /** Answered by a privacy signal (GPC), not by the visitor. */
  signals: number;
  /** Of the decisions, those that a script clicked, such as a privacy extension. */
  synthetic: number;
  /** Decisions of programs that say so. */
  bots: number;
  /** How often the notice came on screen. */
  views: number;
  /** Visitors who opened the preferences; each counts once per UTC day. */
  opened: number;
  /** Visitors without a choice to whom the notice was shown; each counts once per UTC day. Sum of the rest, as far as these are of the same visitors. */
  asked: number;
  /** Of those, visitors from whom something, such as a blocker, hid it. */
  hidden: number;
  /** Decisions by visitors who were asked. */
  firstAccepted: number;
  firstRefused: number;
  firstPartial: number;
  /** Asked, and neither hidden nor answered. */
  ignored: number;
}

/** An hour, a day or a week of the time zone. */
export interface Interval {
  from: string;
  /** Its end, not inclusive; the period may cut it. */
  to: string;
  answered: Answered;
}

/** How often one purpose or service was granted. */
export interface GrantShare {
  id: string;
  /** What the notice in force calls the service, or else the built-in list; missing for purposes and where neither knows it. */
  name?: string;
  granted: number;
  /** Decisions that answered it either way. */
  decided: number;
}

/** First answers within so many seconds, and after the step before. */
export interface Wait {
  seconds: number;
  decisions: number;
}

/** A version of the notice, and since when visitors had it in the period. */
export interface NoticeSince {
  notice: string;
  /** Beginning of the first hour. */
  from: string;
}

/** Today until now, and the same day a week ago until the same time. */
export interface Overview {
  site: string;
  timeZone: string;
  /** End of the last whole quarter of an hour that both count. */
  until: string;
  today: Answered;
  lastWeek: Answered;
}

/** The period by the values of one dimension, the most decisions first. */
export interface Breakdown {
  by: 'notice' | 'locale' | 'regime' | 'source' | 'page' | 'country' | 'device' | 'browser';
  /** At most 100. */
  groups: Group[];
  /** Groups beyond those. */
  left: number;
}

/** What has one value of a dimension. Nothing is asked from a source, so that those of `source` have no visitors. */
export interface Group {
  /** Empty where nobody knows. */
  value: string;
  answered: Answered;
}

/** Two periods or segments side by side. */
export interface Comparison {
  one: Answered;
  other: Answered;
  rates: RateCompared[];
}

/** A rate in both, with 95 % confidence intervals. */
export interface RateCompared {
  /** Of the decisions; `ignored` of the visitors who were asked. */
  rate: 'accepted' | 'refused' | 'partial' | 'ignored';
  one: Estimate;
  other: Estimate;
  /** The other's rate less the one's is between this and the next (Newcombe's interval). */
  lowest: number;
  highest: number;
  /** Whether the other's rate is different; `few` when one of both has fewer than 100. */
  verdict: 'higher' | 'lower' | 'same' | 'few';
}

/** A share and where the true one lies (Wilson's interval). */
export interface Estimate {
  part: number;
  whole: number;
  lowest: number;
  highest: number;
}

/** One recorded decision as the audit trail holds it. */
export interface Receipt {
  id: string;
  site: string;
  subject: string;
  notice: string;
  action: 'accept-all' | 'reject-all' | 'save' | 'withdraw' | 'signal';
  purposes: Record<string, boolean>;
  services: Record<string, boolean>;
  source: 'banner' | 'preferences' | 'placeholder' | 'api' | 'gpc' | 'import' | 'account' | 'parent';
  synthetic: boolean;
  locale?: string;
  /** Origin and path; never a query string. */
  page?: string;
  /** The client's clock, if it told it. */
  decidedAt?: string;
  recordedAt: string;
  expiresAt: string;
  /** What was odd about the decision when it came in. It is kept all the same. */
  flags: ('unknown-notice' | 'clock-skew' | 'gpc-header' | 'not-seen' | 'bot' | 'demo' | 'suspended')[];
  /** Names of what the decision deleted in the visitor's browser. */
  removed: string[];
  /** Rules that the visitor was asked by. */
  regime: 'opt-in' | 'opt-out' | 'notice-only' | 'child-directed';
  /** Where the visitor was, ISO 3166; absent when nobody knows. */
  country?: string;
  /** Class of device and, next, family of browser: what is kept of the User-Agent. */
  device?: string;
  browser?: string;
  /** Seconds that the notice had been on screen, rounded up to a few steps. */
  waited?: number;
  /** The same and what it refers to, signed: a JWS whose payload is statement.schema.json. */
  jws?: string;
}

/** How visitors of one site chose in a period. */
export interface Report {
  site: string;
  /** First day, inclusive, UTC. */
  from: string;
  /** Last day, inclusive, UTC. */
  to: string;
  totals: Tally;
  /** One entry per day of the period, days without decisions included. */
  days: Day[];
  purposes: PurposeShare[];
  /** The last decisions, newest first. */
  recent: Receipt[];
}

/** Decisions by outcome; the three outcomes and the signals add up to decisions. Those of programs are in none of them. */
export interface Tally {
  decisions: number;
  /** Every optional purpose granted. */
  accepted: number;
  /** No optional purpose granted; withdrawals are among them. */
  refused: number;
  /** Some purposes or services granted. */
  partial: number;
  /** Answered by a privacy signal (GPC), not by the visitor. */
  signals: number;
  /** Sent by a program that says so, such as a crawler or a monitor. */
  bots: number;
}

/** One day's tally. */
export interface Day {
  day: string;
  tally: Tally;
}

/** How often one purpose was granted. */
export interface PurposeShare {
  purpose: string;
  granted: number;
  /** Decisions that answered this purpose either way. */
  decided: number;
}

/** What a visitor asked for as a data subject, until when, who did what about it, and what was done where. Once everything of the visitor is erased, nothing in it leads back to whose it was. */
export interface Request {
  reference: string;
  site: string;
  kind: 'access' | 'information' | 'rectification' | 'restriction' | 'objection' | 'withdrawal' | 'erasure';
  state: 'open' | 'running' | 'extended' | 'done' | 'refused' | 'lifted';
  /** `direct` is an erasure beside a decision, for which nobody checked who asks, `in-error` one of what a child should not have decided, `parent` comes by a parent's link. */
  how: 'self-service' | 'officer' | 'direct' | 'in-error' | 'parent';
  /** How it was checked who asks. */
  identity: string;
  /** What the visitor wants, in words. */
  about: string;
  due: string;
  overdue: boolean;
  /** It is due within a week, or was. */
  soon: boolean;
  /** A restriction or an objection that leaves the visitor's decisions out now. */
  honoured: boolean;
  history: RequestStep[];
  effects: RequestEffect[];
  /** SHA-256 of each erased decision's id, hexadecimal: who has a receipt can tell that it was among them. */
  receipts: string[];
}

/**  */
export interface RequestStep {
  at: string;
  /** E-mail address; empty for the visitor. */
  who: string;
  what: 'came' | 'began' | 'acted' | 'extended' | 'refused' | 'lifted' | 'erased';
  reason: string;
}

/** What was done at one place. */
export interface RequestEffect {
  place: 'decisions' | 'log' | 'notice' | 'by-hand' | 'requests' | 'reports' | 'exports' | 'services' | 'copies';
  what: 'copied' | 'told' | 'withdrawn' | 'removed' | 'tombstoned' | 'unnamed' | 'by-hand' | 'left-out' | 'withheld' | 'left';
  count: number;
}

/** A visitor's browser asks for something as a data subject. */
export interface OwnRequest {
  /** The one that its decisions were sent with. */
  secret: string;
  kind: 'access' | 'information' | 'rectification' | 'restriction' | 'objection' | 'withdrawal' | 'erasure';
  /** What is wanted, in words. */
  about?: string;
}

/** A visitor's browser wants to be known on a page of the server. */
export interface Handover {
  /** The one that its decisions were sent with. */
  secret: string;
}

/** Stands for the secret on the way to that page. */
export interface HandoverToken {
  /** Good once, for two minutes. */
  token: string;
}

/** Stands for the secret on that page. */
export interface HandoverPass {
  /** Good for a quarter of an hour. */
  pass: string;
}

/** A visitor asks for something as a data subject on a page of the server. */
export interface HandedRequest {
  /** Of the visitor's handover. */
  pass: string;
  kind: 'access' | 'information' | 'rectification' | 'restriction' | 'objection' | 'withdrawal' | 'erasure';
  /** What is wanted, in words. */
  about?: string;
}

/**  */
export interface OwnRequestAnswer {
  request: Request;
  /** With access: everything that is recorded. */
  decisions?: Receipt[];
  /** With information: how data is processed. */
  processing?: Processing;
}

/** Somebody of the site registers a visitor's request, having checked who asks. */
export interface NewRequest {
  /** The id of one of the visitor's decisions, or the address of its receipt. */
  receipt: string;
  kind: 'access' | 'information' | 'rectification' | 'restriction' | 'objection' | 'withdrawal' | 'erasure';
  /** How it was checked who asks; never what a paper says. */
  identity: string;
  about?: string;
}

/** How long the requests that come to a site may take. */
export interface RequestDeadline {
  /** Until a request is due. */
  days: number;
  /** By how many days it may be put off, once; 0 for not at all. */
  extraDays: number;
}

/** What is to be done about a request. */
export interface RequestOrder {
  step: 'act' | 'extend' | 'refuse' | 'lift';
  /** Needed to extend, to refuse, to lift (how the visitor was told before), and where a person has done it: what was done. */
  reason?: string;
  /** By how many days it is put off. */
  days?: number;
}

/** For how long what is kept about a site is kept, what goes next, what a legal hold keeps, and what has gone. */
export interface Retention {
  classes: RetainedClass[];
  /** Those in force first, then those that ended; the newest first. */
  holds: LegalHold[];
  /** The last first. */
  deletions: DeletionRecord[];
}

/** One class of what is kept. */
export interface RetainedClass {
  class: 'decisions' | 'exposures' | 'requests' | 'holds' | 'deletions' | 'acts';
  /** 0 for no end. */
  days: number;
  /** Days that the server keeps it at sites without a period of their own. */
  usual: number;
  /** The site has a period of its own. */
  own?: boolean;
  /** Fewest days that can be set. */
  least: number;
  most: number;
  /** It is of the whole server, not of a site. */
  everywhere: boolean;
  /** A hold keeps all of it. */
  held: boolean;
  /** What is from before that time is past its period. */
  before?: string;
  /** What would go now, the earliest first. */
  months: MonthCount[];
  announced?: AnnouncedDeletion;
}

/** How many are from a month. */
export interface MonthCount {
  /** YYYY-MM, UTC. */
  month: string;
  count: number;
}

/** A deletion that is to come. */
export interface AnnouncedDeletion {
  announcedAt: string;
  due: string;
  /** As it was announced. */
  count: number;
}

/** An order to keep what would be removed otherwise. Whose decisions it is about is not told. */
export interface LegalHold {
  id: string;
  extent: 'site' | 'visitor' | 'period';
  from?: string;
  /** The time after the period. */
  to?: string;
  reason: string;
  author: string;
  createdAt: string;
  /** When it ends by itself. */
  end?: string;
  inForce: boolean;
  /** When somebody ended it. */
  endedAt?: string;
  endedBy?: string;
  because?: string;
}

/** What was removed because it was kept long enough. */
export interface DeletionRecord {
  class: string;
  before: string;
  by: string;
  startedAt: string;
  finishedAt?: string;
  /** All that was from before that time, what is held too. */
  stock: number;
  removed: number;
  /** It was counted again: nothing was left that should have gone. */
  verified: boolean;
}

/** Days by class that a site keeps things in place of the server's; 0 for no end. What is left out is kept as the server does. */
export interface OwnPeriods {
  days: Record<string, number>;
}

/** Puts a legal hold into force: on the site, on the visitor with a receipt, or on a period. */
export interface HoldOrder {
  /** The id of one of the visitor's decisions, or the address of its receipt. */
  receipt?: string;
  /** First day of the period, YYYY-MM-DD. */
  from?: string;
  /** Its last day. */
  to?: string;
  /** Last day of the hold; without it until somebody ends it. */
  end?: string;
  reason: string;
}

/** Ends a legal hold. */
export interface HoldEnd {
  because: string;
}

/** A review of one of the notice's services: until when, what the server knows of the service, and what was found by whom. */
export interface ServiceReview {
  reference: string;
  site: string;
  /** Id of the notice's service. */
  service: string;
  name: string;
  /** When the service was reviewed last, or came. */
  since: string;
  due: string;
  /** `removed` closes the review of a service that the notice no longer has, `off` those of a site that has none. */
  state: 'open' | 'answered' | 'removed' | 'off';
  overdue: boolean;
  /** It is due within a week, or was. */
  soon: boolean;
  closedAt?: string;
  /** Who answered; absent for the server. */
  by?: string;
  /** Id of the notice's version that was looked at. */
  notice?: string;
  answers?: ReviewAnswers;
  /** As they are now, or were when it was answered; lists leave them out. */
  facts?: ServiceFacts;
}

/** What somebody found. An answer that is not yes needs a remark, and brings the next review within 30 days. */
export interface ReviewAnswers {
  /** The service is still used. */
  inUse: 'yes' | 'no' | 'unsure';
  /** Its cookies, storage and hosts are still as declared. */
  storage: 'yes' | 'no' | 'unsure';
  /** Its purpose is still right. */
  purpose: 'yes' | 'no' | 'unsure';
  /** Provider, country, safeguard and retention are still right. */
  provider: 'yes' | 'no' | 'unsure';
  remark?: string;
}

/** What the server knows of a service. Of cookies and storage it hears only what was deleted after a withdrawal, which is what is declared: it does not look for others. */
export interface ServiceFacts {
  madeAt: string;
  /** The first day that is looked at (UTC). */
  from: string;
  /** What the notice says. */
  declared: Service;
  /** The site's pages tell which third parties they meet; without `autoBlock` they do not, and nothing is seen. */
  told: boolean;
  /** At least how many page views told one of its hosts. */
  pages: number;
  /** Hosts that pages told as the service's. */
  hosts: HostSeen[];
  /** Declared hosts that no page told. */
  unseen: string[];
  /** How many of the last withdrawals were looked at. */
  withdrawals: number;
  /** Each declared cookie and key of storage. */
  stored: StoredSeen[];
  /** Decisions about the service. */
  decided: number;
  granted: number;
  /** Where the data goes, as in a record of processing. */
  area: 'eea' | 'adequate' | 'third' | 'unknown';
  /** What is wrong with the transfer. */
  wrong: '' | 'country-missing' | 'safeguard-missing' | 'safeguard-none' | 'adequacy-missing' | 'adequacy-ended';
}

/**  */
export interface HostSeen {
  host: string;
  pages: number;
  lastDay: string;
  /** The notice names it. */
  declared: boolean;
}

/**  */
export interface StoredSeen {
  /** As declared. */
  name: string;
  /** How many of the withdrawals deleted such a one. */
  deleted: number;
}

/** How much of a site is due within a week or overdue. */
export interface Due {
  site: string;
  requests: number;
  reviews: number;
}

/** How often each service of a site is reviewed. */
export interface ReviewPeriod {
  /** 30 to 730; 0 for no reviews. */
  days: number;
}

/** The reviews of a site's services. */
export interface ServiceReviews {
  /** How often; 0 for never. */
  days: number;
  /** The open ones first, by when they are due, then those closed last. */
  reviews: ServiceReview[];
}

/** Third parties that a page's visitor met, as the script tells them in the mode `report`. */
export interface Sightings {
  sightings: Sighting[];
}

/** One third party on one page. */
export interface Sighting {
  /** Host name in lower case, without port. */
  host: string;
  kind: 'script' | 'frame' | 'image' | 'style' | 'request';
  /** Id of a service of the notice or the catalogue; empty for none. */
  service?: string;
}

/** A third party as the dashboard lists it. */
export interface Sighted {
  /** Host name; `*` for those beyond the 500 that are kept per site. */
  host: string;
  kind: 'script' | 'frame' | 'image' | 'style' | 'request';
  /** Id of the service; empty when it is unknown. */
  service: string;
  /** Name of the service. */
  name: string;
  /** Purpose that it waits for. */
  purpose: string;
  /** Auto-block would hold it back before a grant. */
  held: boolean;
  /** Page views that told it. */
  pages: number;
  firstDay: string;
  lastDay: string;
}

/** The third parties of a site. */
export interface ThirdParties {
  autoBlock: 'off' | 'report' | 'block';
  /** Most often seen first. */
  sighted: Sighted[];
}

/** One owner's website. */
export interface Site {
  /** Public key of the site, as in the script's address. */
  id: string;
  /** What people call the site, on one line. */
  name: string;
  /** Web origins (RFC 6454) that may record decisions; `https://*.shop.example` stands for every subdomain, `http://localhost:*` for every port of a loopback host. */
  origins: string[];
  /** IANA name of the zone whose days are the site's, such as Europe/Berlin; UTC by default. */
  timeZone?: string;
  /** Id of the published notice. */
  notice: string;
  announcement?: Announcement;
  /** How many days ahead a change of the notice is announced unless told; 30 by default. */
  announceDays?: number;
  /** Pages may link browsers to the site's own accounts. */
  linking?: boolean;
  /** What it holds is made up by `assent demo-data`: no page adds to it, and it can be removed as a whole. */
  demo?: boolean;
  /** The last experiments with the notice, oldest first; at most the last one runs. */
  experiments?: Experiment[];
}

/** A notice that takes the place of the published one by itself. */
export interface Announcement {
  /** Its id. */
  notice: string;
  /** When it takes effect. */
  at: string;
  /** Since when visitors are told. */
  announcedAt: string;
  /** Who announced it; absent for the command line. */
  by?: string;
  /** What changes, in the owner's words, by language of the notice. */
  summary?: Record<string, string>;
}

/** What a new site is made of, or what becomes of one; what is left out stays as it is. */
export interface SiteChange {
  name?: string;
  origins?: string[];
  timeZone?: string;
  announceDays?: number;
}

/** What goes into the pages of a site. */
export interface Embedding {
  /** Script tag that follows each publication within minutes. */
  moving: string;
  /** Script tag of the bytes that are published now, for ever (SRI). */
  pinned: string;
  /** The moving tag asks by the rules of the visitor's region, the pinned one everybody by the strictest. */
  followsRegion: boolean;
  /** Inline script for the head, before everything, where tags are not annotated or Consent Mode is advanced. */
  stub: string;
  /** Directives that a page's own Content-Security-Policy needs besides. */
  policy: string[];
  /** Directive that allows the stub by its hash. */
  stubPolicy: string;
}

/** What tells that the script runs on a site's pages. */
export interface Presence {
  /** Origin of the page that spoke to this server last. */
  origin?: string;
  /** When it did. */
  at?: string;
  /** When a visitor decided last, as any server recorded it. */
  decidedAt?: string;
}

/** Payload of a signed receipt: one decision and all that it refers to. Names in brackets are those of ISO/IEC TS 27560:2023. */
export interface Statement {
  /** What this document keeps to (schema_version). */
  schemaVersion: 'assent-receipt/1 ISO/IEC TS 27560:2023';
  /** Address of the server that signed; absent when it was not told its own. */
  iss?: string;
  /** Id of the decision, of its record and of its receipt (record_id, receipt_id). */
  jti: string;
  /** The visitor's pseudonym at this site (pii_principal_id). */
  sub: string;
  /** When the decision was recorded, in seconds since 1970. */
  iat: number;
  decision: Receipt;
  notice: StatedNotice;
  /** Why and by whom data may be used, or may not (purposes). */
  processing: StatedPurpose[];
  /** Who they are (pii_controllers, recipient_third_parties). */
  parties: Party[];
  /** Country of the visitor, ISO 3166 (jurisdiction); absent when nobody knows. */
  jurisdiction?: string;
  /** Words of the button in the page that leads to changing the answer (withdrawal_method). */
  withdrawal?: string;
  event: StatedEvent;
}

/** The notice that was answered (privacy_notice). */
export interface StatedNotice {
  /** Hash of its canonical JSON, in base64url. */
  id: string;
  /** The site did publish it; otherwise nothing more is known of it. */
  published: boolean;
  /** In which the visitor read it (language). */
  language?: string;
  privacyPolicy?: string;
  /** Form in which it was laid over the page; absent where nobody was asked. */
  layout?: 'bar' | 'box' | 'centre';
  script?: StatedScript;
}

/** The script that the server gave visitors of this notice and regime when the decision was recorded; absent where that is not on record. */
export interface StatedScript {
  /** Part of its address: /s/SITE/HASH.js. */
  hash: string;
  /** SHA-384 of its bytes, as in the integrity attribute of a tag that pins it. */
  integrity: string;
  /** When the server began to give it. */
  since: string;
}

/** One purpose and its answer. */
export interface StatedPurpose {
  /** (purpose_type) */
  id: string;
  /** As the visitor read it (purpose). */
  title?: string;
  text?: string;
  granted: boolean;
  /** Ground for the processing (lawful_basis): consent where it was asked for and given; absent for what was refused, and where the law lets data be used until somebody objects. */
  basis?: 'consent';
  services: StatedService[];
}

/** A third party under the purpose, and its answer. */
export interface StatedService {
  /** (service) */
  id: string;
  name: string;
  granted: boolean;
  /** Id of the party. */
  provider?: string;
  /** Cookies and keys of storage that it uses (pii_attribute_id). */
  data?: string[];
  /** Where data is processed (storage_locations). */
  country?: string;
  /** What makes the transfer lawful (geographic_restrictions). */
  safeguard?: string;
  /** ISO 8601 duration (retention_period). */
  retention?: string;
  policy?: string;
}

/** Somebody who handles data. */
export interface Party {
  /** Within this document (party_id). */
  id: string;
  /** (party_name) */
  name: string;
  /** (party_address) */
  address?: string;
  /** (party_contact) */
  contact?: string;
  /** (party_type) */
  type: 'controller' | 'recipient';
}

/** How the answer came about. */
export interface StatedEvent {
  /** (event_state) */
  state: 'given' | 'refused' | 'withdrawn';
  /** An act of the visitor, or a signal of the browser (event_type). */
  type: 'expressed' | 'implicit';
  /** By the server's clock (event_time). */
  at: string;
  /** ISO 8601 duration after which the visitor is asked again (validity_duration). */
  validity: string;
  /** Who answered: the visitor's pseudonym (entity_id). */
  entity: string;
}

/** A service of the published notice that is suspended, because what its transfers rest on has ended, or that will be within ninety days. */
export interface Suspension {
  /** Id of the notice's service. */
  service: string;
  name: string;
  /** ISO 3166-1 code of where data is sent. */
  country: string;
  /** Number of the decision of adequacy. */
  act: string;
  /** Its last day. */
  last: string;
  /** When the suspension begins, or began. */
  at: string;
  suspended: boolean;
  /** Days until then, begun ones too; 0 where it is suspended. */
  days: number;
}

/** What a program reads with, in the name of who made it. */
export interface Token {
  id: string;
  name: string;
  /** E-mail address of its maker. It reads no more than the maker may. */
  by: string;
  /** What it reads: rates and their files; sites, their tags and notices; single decisions and their files; what administrators did. */
  scopes: ('rates' | 'sites' | 'decisions' | 'trail')[];
  /** Ids of the sites that it is limited to; absent for all of its maker's, those to come among them. */
  sites?: string[];
  createdAt: string;
  expiresAt: string;
  /** The day (UTC) of its last use; absent when it was never used. */
  usedOn?: string;
}

/** A token to make. */
export interface NewToken {
  /** What it is for. */
  name: string;
  /** What it is to read. */
  scopes: ('rates' | 'sites' | 'decisions' | 'trail')[];
  /** The only sites that it is to read of; left out for all. */
  sites?: string[];
  /** How long it works; 90 unless told. */
  days?: number;
}

/** A token with its value. That is told once and kept nowhere. */
export interface MadeToken {
  token: Token;
  /** Goes behind Authorization: Bearer. */
  value: string;
}

/** What everybody who can sign in did, the last first, as far as whoever asks may know. */
export interface Trail {
  acts: Act[];
  /** What `before` has to be for the acts before these; absent when there are none. */
  next?: string;
}

/** One thing that somebody did, or tried to. */
export interface Act {
  at: string;
  /** E-mail address; empty for somebody whom nobody knows. */
  who: string;
  /** Such as sign-in. */
  what: string;
  /** Whom or what it was done to, in words. */
  about: string;
  /** Site's id; empty when it concerns none. */
  site: string;
  outcome: 'done' | 'refused' | 'failed';
  /** The client's network, never its address; empty when the server could not tell. */
  network: string;
}
