// Code generated from the JSON Schemas by schemas/gen; DO NOT EDIT.

package schemas

import "time"

// Session: Who is signed in to the dashboard.
type Session struct {
	// Whether an owner must be set up first, a password is asked for, a code has to follow it, or somebody is signed in.
	State string `json:"state"`
	Email string `json:"email,omitempty"`
	// What people know the provider of single sign-on as; absent without one.
	SingleSignOn string `json:"singleSignOn,omitempty"`
	// What whoever is signed in may do at one site at least.
	Permissions []string `json:"permissions,omitempty"`
	// What whoever is signed in may do at every site.
	Everywhere []string `json:"everywhere,omitempty"`
	// What whoever is signed in may do at single sites, beside that.
	Sites map[string][]string `json:"sites,omitempty"`
}

// Credentials: Sign-in of an existing user.
type Credentials struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

// Setup: Creation of the owner with the one-time token of the set-up link.
type Setup struct {
	Token string `json:"token"`
	Email string `json:"email"`
	// At least 12 characters; no rule on their kinds (ASVS 6.2).
	Password string `json:"password"`
}

// Decision: One choice of one visitor, as the script posts it. Append-only: a change of mind is another decision.
type Decision struct {
	// UUIDv7 made by the client once per choice and kept until a 2xx, so that a retry is recognised.
	ID string `json:"id"`
	// 128 random bits that live in the visitor's browser only; the subject id is derived from them and they are never stored.
	Secret string `json:"secret"`
	// Id of the notice that the visitor was shown.
	Notice string `json:"notice"`
	// What the visitor did: a button, a saved selection, a withdrawal, or a privacy signal sent by the browser.
	Action string `json:"action"`
	// The answer per purpose. `save` and `signal` must name at least one; the other actions imply the rest.
	Purposes map[string]bool `json:"purposes,omitempty"`
	// The answer per service, where it differs from its purpose.
	Services map[string]bool `json:"services,omitempty"`
	// Where on the page the choice was made.
	Source string `json:"source,omitempty"`
	// The click came from a script, such as a privacy extension (`isTrusted` was false).
	Synthetic bool `json:"synthetic,omitempty"`
	// BCP 47 tag of the language that the notice was shown in.
	Locale string `json:"locale,omitempty"`
	// The page of the choice, http or https. The server keeps origin and path only.
	Page string `json:"page,omitempty"`
	// The client's clock at the choice, RFC 3339. A claim: the server's own time orders decisions.
	DecidedAt time.Time `json:"decidedAt,omitzero"`
	// Names of the cookies and storage entries that the decision deleted in the visitor's browser at once.
	Removed []string `json:"removed,omitempty"`
	// Rules that the visitor was asked by. A server that reads none takes the strictest that asks.
	Regime string `json:"regime,omitempty"`
	// What the server answered when this notice came on screen (exposure.schema.json). A decision from the banner or the preferences without a valid one is flagged, and kept all the same. Not stored.
	Shown string `json:"shown,omitempty"`
}

// Choice: The current state of one visitor on one site: what the last recorded decision means.
type Choice struct {
	// Granted or not, per purpose. A purpose that is missing is pending, which is not a refusal.
	Purposes map[string]bool `json:"purposes"`
	// Services answered otherwise than their purpose.
	Services map[string]bool `json:"services"`
	Action   string          `json:"action"`
	// Id of the notice that was shown.
	Notice string `json:"notice"`
	// When the visitor is asked again.
	ExpiresAt time.Time `json:"expiresAt"`
}

// Recorded: Answer to a recorded decision. The decision is durable before this is sent.
type Recorded struct {
	// The decision's own id.
	ID string `json:"id"`
	// Pseudonymous id of the visitor on this site.
	Subject string `json:"subject"`
	// The server's time of recording.
	RecordedAt time.Time `json:"recordedAt"`
	// Path of the receipt on this server.
	Receipt string `json:"receipt"`
	Choice  Choice `json:"choice"`
}

// Current: The current choice of one subject.
type Current struct {
	Subject    string    `json:"subject"`
	Choice     Choice    `json:"choice"`
	RecordedAt time.Time `json:"recordedAt"`
}

// Draft: What is being written for a site's next notice; one per site.
type Draft struct {
	// Grows with each change; 0 while there was none.
	Revision int `json:"revision"`
	// Id of the notice that was published when it was begun.
	Base   string `json:"base"`
	Notice Notice `json:"notice"`
	// Who changed it last.
	By string `json:"by,omitempty"`
	// When.
	At time.Time `json:"at,omitzero"`
}

// Publication: That a site published a notice.
type Publication struct {
	// Its id.
	Notice string `json:"notice"`
	// When; absent of one from before this was kept.
	At time.Time `json:"at,omitzero"`
	// Who; absent for the command line.
	By string `json:"by,omitempty"`
	// Since when it had been announced; absent where it took effect at once.
	AnnouncedAt time.Time `json:"announcedAt,omitzero"`
	// What changes, in the owner's words, by language of the notice.
	Summary map[string]string `json:"summary,omitempty"`
}

// PublicationOrder: Which notice to publish.
type PublicationOrder struct {
	// Id of an earlier notice, to go back to it; without one, the draft is published.
	Notice string `json:"notice,omitempty"`
	// When it takes effect, until when it is announced; at once without it.
	At time.Time `json:"at,omitzero"`
	// What changes, in the owner's words, by language of the notice.
	Summary map[string]string `json:"summary,omitempty"`
}

// Difference: One member that the draft changes.
type Difference struct {
	// JSON Pointer (RFC 6901) into the complete notice; items of lists that have an id go by that.
	Pointer string `json:"pointer"`
	// JSON of what is published; empty where it is new.
	Before string `json:"before"`
	// JSON of what is in the draft; empty where it is gone.
	After string `json:"after"`
}

// Finding: What the lint has to say.
type Finding struct {
	// An error stops the publication.
	Severity string `json:"severity"`
	// JSON Pointer of the member at fault.
	Pointer string `json:"pointer"`
	// Where it comes from, such as GDPR Art. 7(3); empty for a form that is wrong.
	Rule string `json:"rule"`
	// What is wrong and how to mend it.
	Detail string `json:"detail"`
	// Stable name of what is wrong, such as provider-missing, by which texts of other languages go; absent where there is none but the detail.
	Kind string `json:"kind,omitempty"`
	// What such a text names.
	Values map[string]string `json:"values,omitempty"`
}

// LinkCheck: Whether the links that a notice shows lead anywhere.
type LinkCheck struct {
	// How many addresses were asked.
	Links int `json:"links"`
	// Warnings about those that did not answer.
	Findings []Finding `json:"findings"`
}

// Preview: Where a notice can be looked at.
type Preview struct {
	// Path of a page for a sandboxed frame, for an hour.
	Address string `json:"address"`
}

// Review: A draft, what it changes, and what stands against publishing it.
type Review struct {
	Draft Draft `json:"draft"`
	// Id of the notice that is published now.
	Published   string       `json:"published"`
	Differences []Difference `json:"differences"`
	// Names of the services that receive something else, or elsewhere, than visitors granted: those are asked again.
	Touched  []string  `json:"touched"`
	Findings []Finding `json:"findings"`
}

// Erasure: What an erasure removed. Nothing in it leads back to whose it was.
type Erasure struct {
	// To quote. It is kept nowhere else.
	Reference string    `json:"reference"`
	At        time.Time `json:"at"`
	// How many were removed; 0 when there were none, or no longer.
	Decisions int `json:"decisions"`
	// SHA-256 of each removed decision's id, hexadecimal: who has a receipt can tell that it was among them.
	Receipts []string `json:"receipts"`
}

// OwnErasure: A visitor's browser asks that all of its decisions on a site are erased.
type OwnErasure struct {
	// The one that its decisions were sent with.
	Secret string `json:"secret"`
}

// ErasureOrder: Whose decisions are to be erased: those of a subject, of whose decision a receipt is, or of all browsers that are linked to an account of the site.
type ErasureOrder struct {
	// The id of one of the decisions, or the address of its receipt.
	Receipt string `json:"receipt,omitempty"`
	Subject string `json:"subject,omitempty"`
	// The site's own id of an account. It is hashed at once and kept nowhere.
	Account string `json:"account,omitempty"`
	// A token that the site's server signed for the account (deploy/LINKING.md), in place of its id.
	Token string `json:"token,omitempty"`
	// A child made the decisions who may not. The register and the log say so, and not whose they were.
	InError bool `json:"inError,omitempty"`
}

// Experiment: Other wordings and looks of a site's notice that a share of the visitors are shown, to learn what they change.
type Experiment struct {
	// It decides, with a visitor's address and browser, which variant that visitor is shown.
	ID string `json:"id"`
	// Id of the notice that was published then; whoever is shown no variant is shown this one.
	Control   string    `json:"control"`
	Variants  []Variant `json:"variants"`
	StartedAt time.Time `json:"startedAt"`
	// Who started it.
	StartedBy string `json:"startedBy,omitempty"`
	// Absent while it runs.
	EndedAt time.Time `json:"endedAt,omitzero"`
	// Who ended it; absent for the command line.
	EndedBy string `json:"endedBy,omitempty"`
	// Id of the variant that was published at its end.
	Adopted string `json:"adopted,omitempty"`
}

// Variant: One of the notices of an experiment.
type Variant struct {
	// Its id.
	Notice string `json:"notice"`
	// Of the visitors, in per cent.
	Share int `json:"share"`
}

// ExperimentOrder: What to start.
type ExperimentOrder struct {
	// Their shares leave some visitors to the notice that is published.
	Variants []VariantOrder `json:"variants"`
}

// VariantOrder: A notice to try.
type VariantOrder struct {
	// Id of one that the site published before; without one, the draft is meant.
	Notice string `json:"notice,omitempty"`
	// Of the visitors, in per cent.
	Share int `json:"share"`
}

// ExperimentReport: What visitors of an experiment answered so far, and what can be said of it at any time: all intervals together hold 95 times in 100, however often one looks.
type ExperimentReport struct {
	Experiment Experiment `json:"experiment"`
	// Since when visitors are counted: the first whole quarter of an hour.
	From time.Time `json:"from"`
	// Until when they are; later than now while it runs.
	To time.Time `json:"to"`
	// The control first, then the variants.
	Arms []Arm `json:"arms"`
	// How many more visitors it takes, about, until a difference of two points shows for certain.
	Needed int `json:"needed"`
	// Whether visitors were shared out as asked for; where not, something between visitors and server keeps or changes the script, or some pages pin it.
	Split string `json:"split"`
	// On some day there were more visitors than are told apart, so that fewer were counted.
	Bounded bool `json:"bounded"`
}

// Arm: Visitors who were shown one of the notices.
type Arm struct {
	Notice string `json:"notice"`
	// Of all visitors, in per cent, as asked for.
	Share int `json:"share"`
	// Who could see it and had no choice, each counted once per UTC day; sum of the next four.
	Visitors int `json:"visitors"`
	Accepted int `json:"accepted"`
	Refused  int `json:"refused"`
	Partial  int `json:"partial"`
	// Did not answer.
	Ignored int `json:"ignored"`
	// Not among the visitors: something, such as a blocker, hid it from them.
	Hidden int `json:"hidden"`
	// Not among the visitors: a script answered, such as a privacy extension.
	Synthetic int `json:"synthetic"`
	// Not among the visitors: answers of programs that say so.
	Bots int `json:"bots"`
	// With the control, by outcome; empty for the control itself.
	Compared []OutcomeCompared `json:"compared"`
}

// OutcomeCompared: How much more often than in the control visitors did one thing, as a part of 1.
type OutcomeCompared struct {
	Outcome    string  `json:"outcome"`
	Difference float64 `json:"difference"`
	// The true difference lies between this and the next.
	Lowest  float64 `json:"lowest"`
	Highest float64 `json:"highest"`
	// `few` visitors to tell from; `same` is less than two points either way; `open` while it may be either.
	Verdict string `json:"verdict"`
}

// Adoption: Which variant to publish.
type Adoption struct {
	// Its id.
	Notice string `json:"notice"`
}

// Exposure: A moment of a notice on a page, as the script tells it. Counted, and not kept per visitor.
type Exposure struct {
	// Id of the notice.
	Notice string `json:"notice"`
	// The layer came on screen, something kept it from there, the page was left without an answer, or it was closed without one.
	Event string `json:"event"`
	// The first layer, which asks a visitor without a choice, or the preferences, which anybody may open.
	Layer string `json:"layer,omitempty"`
	// BCP 47 tag of the language that the notice was shown in.
	Locale string `json:"locale,omitempty"`
	// The page, http or https. The server keeps origin and path only.
	Page string `json:"page,omitempty"`
	// Rules that the visitor is asked by. A server that reads none takes the strictest that asks.
	Regime string `json:"regime,omitempty"`
}

// Shown: Answer to the event `shown`.
type Shown struct {
	// What a decision on this notice carries within 24 hours, to be known as made by somebody who saw it. Names nobody.
	Shown string `json:"shown"`
}

// Factors: What whoever asks signs in with beside the password.
type Factors struct {
	// Whether a code of an app follows the password.
	TwoStep bool `json:"twoStep"`
	// Since when; absent when it does not.
	Since time.Time `json:"since,omitzero"`
	// How many codes of recovery are left.
	Recovery int `json:"recovery"`
	// Each signs in alone.
	Passkeys []Passkey `json:"passkeys"`
}

// CodeGiven: The second step of a sign-in.
type CodeGiven struct {
	// Six digits of the app, or a code of recovery.
	Code string `json:"code"`
}

// Proof: Whoever is signed in proves it again.
type Proof struct {
	Password string `json:"password"`
	// Six digits of the app, or a code of recovery, where one follows the password at sign-in.
	Code string `json:"code,omitempty"`
}

// Passkey: A key on a device or in a password manager.
type Passkey struct {
	ID string `json:"id"`
	// Browser and system where it was added, in words; empty when the browser did not tell.
	Name  string    `json:"name"`
	Added time.Time `json:"added"`
	Used  time.Time `json:"used"`
}

// PasskeyAsked: What the browser is to ask for, within five minutes.
type PasskeyAsked struct {
	// JSON for PublicKeyCredential.parseCreationOptionsFromJSON, or parseRequestOptionsFromJSON.
	Options string `json:"options"`
	// To be sent back with what came of it.
	Sealed string `json:"sealed"`
}

// PasskeyShown: What the browser got.
type PasskeyShown struct {
	Sealed string `json:"sealed"`
	// The JSON of PublicKeyCredential.toJSON.
	Credential string `json:"credential"`
}

// AppOffer: What an app has to know to show codes. Nothing is kept until a code of it comes.
type AppOffer struct {
	// To be sent back with the first code, within 15 minutes.
	Offer string `json:"offer"`
	// In base32, to be typed where a picture cannot be taken.
	Secret string `json:"secret"`
	// The same as an address that apps open (otpauth).
	Address string `json:"address"`
	// How many modules the QR code of the address is wide and high.
	Size int `json:"size"`
	// Its dark modules as the path of an SVG.
	Path string `json:"path"`
}

// AppAdded: An offer that was taken.
type AppAdded struct {
	Offer string `json:"offer"`
	// The six digits that the app shows.
	Code string `json:"code"`
}

// RecoveryCodes: Codes that each replace the app once. They are told once and kept only as hashes.
type RecoveryCodes struct {
	Codes []string `json:"codes"`
}

// Found: Decisions of a site that match a search, the last recorded first.
type Found struct {
	Decisions []Receipt `json:"decisions"`
	// What `before` has to be for the decisions before these; absent when there are none.
	Next string `json:"next,omitempty"`
}

// Exhibit: What the visitor of a decision was shown, and where it can be looked at.
type Exhibit struct {
	Notice     StatedNotice `json:"notice"`
	RecordedAt time.Time    `json:"recordedAt"`
	// The address shows the script itself that visitors were given then; otherwise the notice of then with the script of today.
	IsExact bool `json:"isExact"`
	// Path of a page for a sandboxed frame, for an hour.
	Address string `json:"address"`
}

// Import: What was taken from the set-up of another consent tool. Nothing of it is stored.
type Import struct {
	// What the file is.
	Kind string `json:"kind"`
	// The draft that came of it.
	Notice Notice `json:"notice"`
	// What to look at, the most urgent first.
	Remarks []Remark `json:"remarks"`
}

// Remark: What became of a part of the file.
type Remark struct {
	// `mend`: it cannot be published before; `check`: somebody must look at it; `left-out`: it is not in the notice; `taken`: it is.
	Kind string `json:"kind"`
	// The part, as the file or the notice names it.
	About string `json:"about"`
	// Line of the file, where it is known.
	Line int `json:"line,omitempty"`
	// What became of it and what to do, in English.
	Detail string `json:"detail"`
	// Stable name of what `detail` says, to say it in another language with `values`.
	Says string `json:"says,omitempty"`
	// What was found, by the name that the words have for it.
	Values map[string]string `json:"values,omitempty"`
}

// ImportOrder: What to read.
type ImportOrder struct {
	// The set-up's file, as text: at most 5 MiB.
	File string `json:"file"`
	// What the file is; without it that is recognised.
	Kind string `json:"kind,omitempty"`
	// An Open Cookie Database as CSV, to know cookies by: at most 5 MiB.
	Cookies string `json:"cookies,omitempty"`
}

// Integration: A system that is told by signed webhooks what visitors decided about a service.
type Integration struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Where deliveries go; without path and query for who may not change it, since those may be a secret.
	Address string `json:"address"`
	// Id of the notice's service: whoever grants it is told of.
	Service     string `json:"service"`
	Description string `json:"description"`
	// What is shared beside site, service, visitor, receipt and time.
	Fields []string `json:"fields"`
	// It hears of visitors' requests that were closed, while it is on.
	Requests bool `json:"requests"`
	// Off: no grant is told, withdrawals are. Gone: the receiver answered 410, nothing is sent.
	State     string    `json:"state"`
	CreatedAt time.Time `json:"createdAt"`
	// Until when the secret before signs too; absent when none does.
	OldSecretUntil time.Time `json:"oldSecretUntil,omitzero"`
}

// IntegrationWish: What an integration is to be.
type IntegrationWish struct {
	Name string `json:"name"`
	// Begins with https:// and is on the Internet.
	Address string `json:"address"`
	// One of the published notice, with provider and country, that is not essential.
	Service string `json:"service"`
	// What it is for.
	Description string `json:"description,omitempty"`
	// It is to hear of visitors' requests that were closed; nothing about the visitor.
	Requests bool     `json:"requests,omitempty"`
	Fields   []string `json:"fields,omitempty"`
}

// ConnectedIntegration: An integration with its secret, which is told once.
type ConnectedIntegration struct {
	Integration Integration `json:"integration"`
	Secret      string      `json:"secret"`
}

// IntegrationSample: What would be shared, with whom, and where.
type IntegrationSample struct {
	// What a grant of a made-up visitor would send.
	Body    string  `json:"body"`
	Service Service `json:"service"`
}

// IntegrationSwitch: Whether grants are told.
type IntegrationSwitch struct {
	State string `json:"state"`
}

// Attempt: How one delivery came out.
type Attempt struct {
	At time.Time `json:"at"`
	// Its webhook-id.
	Event string `json:"event"`
	Type  string `json:"type"`
	// 0 when there was no answer.
	Status int `json:"status"`
	// Empty when the receiver took it.
	Reason       string `json:"reason"`
	Milliseconds int    `json:"milliseconds"`
	// The visitor's pseudonym, or a closing document's id; empty for a test.
	Subject string `json:"subject"`
}

// Letter: Something that waits to be delivered, or could not be.
type Letter struct {
	Subject    string    `json:"subject"`
	Event      string    `json:"event"`
	Type       string    `json:"type"`
	RecordedAt time.Time `json:"recordedAt"`
	// When it is tried next, or was given up.
	At       time.Time `json:"at"`
	Attempts int       `json:"attempts"`
	Last     Attempt   `json:"last,omitzero"`
}

// Deliveries: How an integration stands: at most 25 attempts, 50 that wait and 50 dead letters.
type Deliveries struct {
	// The newest first.
	Recent []Attempt `json:"recent"`
	// The next to be tried first.
	Waiting []Letter `json:"waiting"`
	// The oldest first.
	Dead []Letter `json:"dead"`
}

// Replay: Dead letters to send again.
type Replay struct {
	// Only this visitor's; all without it.
	Subject string `json:"subject,omitempty"`
}

// Replayed: What a replay did.
type Replayed struct {
	// How many are sent again.
	Letters int `json:"letters"`
}

// Link: A visitor's browser says, with a token that the site's server signed, whose account it is used with.
type Link struct {
	// The one that the browser's decisions are sent with.
	Secret string `json:"secret"`
	// JWT that the site's server signed for the account (HS256; deploy/LINKING.md).
	Token string `json:"token"`
	// Id of the notice that the page's script was built with: what follows is held against it.
	Notice string `json:"notice"`
	// BCP 47 tag of the language of the notice.
	Locale string `json:"locale,omitempty"`
	// The page, http or https. The server keeps origin and path only.
	Page string `json:"page,omitempty"`
	// Rules that visitors of the page are asked by.
	Regime string `json:"regime,omitempty"`
	// The browser sends a privacy signal, against which nothing that follows grants marketing.
	Gpc bool `json:"gpc,omitempty"`
}

// Linked: The browser is linked. If its current choice followed the account, it says which one that is.
type Linked struct {
	// Pseudonymous id of the browser's own decisions.
	Subject  string   `json:"subject"`
	Followed Followed `json:"followed,omitzero"`
}

// Followed: A choice that was made on another device of the account, recorded for this one as a decision of its own.
type Followed struct {
	Recorded Recorded `json:"recorded"`
	// When the person chose, from which its lifetime counts.
	DecidedAt time.Time `json:"decidedAt"`
}

// OwnUnlinking: A visitor's browser asks that it is linked to no account any more.
type OwnUnlinking struct {
	Secret string `json:"secret"`
}

// AccountUnlinking: The site's server asks that no browser is linked to an account any more.
type AccountUnlinking struct {
	// JWT as for a link, with the claim scope: unlink.
	Token string `json:"token"`
}

// AccountName: An account of the site: its id as the site knows it, or a token that the site's server signed for it.
type AccountName struct {
	// The site's own id of it. It is hashed at once and kept nowhere.
	Account string `json:"account,omitempty"`
	Token   string `json:"token,omitempty"`
}

// Linking: Whether a site's pages may link browsers to its accounts, and the secrets that its server signs tokens with.
type Linking struct {
	State string `json:"state"`
	// The newest first; none before the first was made.
	Secrets []LinkingSecret `json:"secrets"`
}

// LinkingSecret: A secret, without what it says.
type LinkingSecret struct {
	CreatedAt time.Time `json:"createdAt"`
	// Until when it is accepted, since a newer one took its place; absent for the newest.
	Until time.Time `json:"until,omitzero"`
}

// LinkingSwitch: Whether pages may link.
type LinkingSwitch struct {
	State string `json:"state"`
}

// MadeLinkingSecret: A new secret, which is told once.
type MadeLinkingSecret struct {
	Linking Linking `json:"linking"`
	Secret  string  `json:"secret"`
}

// LogProof: Shows that a decision is in the log (RFC 6962, 2.1.1). deploy/LOG.md says how to check it.
type LogProof struct {
	// Which entry of the log the decision is, from 0.
	Index int `json:"index"`
	// What the decision was hashed with, hexadecimal. Who has it and the decision can tell that they belong to the entry.
	Salt string `json:"salt"`
	// From the entry's sibling upwards, base64.
	Hashes []string `json:"hashes"`
	// The log's signed head (C2SP tlog-checkpoint).
	Checkpoint string `json:"checkpoint"`
	// The public key of the log, as for signed notes: name, hash and key.
	Key string `json:"key"`
}

// LogGrowth: Shows that the log of an earlier size is the beginning of the present one (RFC 6962, 2.1.2).
type LogGrowth struct {
	From       int      `json:"from"`
	Hashes     []string `json:"hashes"`
	Checkpoint string   `json:"checkpoint"`
	Key        string   `json:"key"`
}

// Notice: What a visitor is shown. Every member is optional; defaults make a complete, lawful notice. Immutable once published: its id is the hash of its canonical JSON.
type Notice struct {
	// Why data is used. `essential` is always there and need not be listed.
	Purposes []Purpose `json:"purposes,omitempty"`
	// The third parties.
	Services []Service `json:"services,omitempty"`
	// BCP 47 tags of the languages it is shown in, the first one being the default; such as de or pt-BR.
	Languages []string `json:"languages,omitempty"`
	// Texts by language and key, replacing the built-in ones.
	Texts map[string]map[string]string `json:"texts,omitempty"`
	Look  Look                         `json:"look,omitzero"`
	// Link shown on the first layer: an http or https address, or a path of the page's own host.
	PrivacyPolicy string     `json:"privacyPolicy,omitempty"`
	Controller    Controller `json:"controller,omitzero"`
	// Days after which the visitor is asked again; the same for yes and no.
	LifetimeDays int `json:"lifetimeDays,omitempty"`
	// What happens to third parties that nobody annotated, known by the hosts of the services and of the built-in catalogue: nothing, told (console and dashboard), or held back like annotated ones.
	AutoBlock string `json:"autoBlock,omitempty"`
	// Hosts that auto-block never touches, written as those of services: in lower case, IDNs in punycode, *. for all subdomains.
	Exempt []string `json:"exempt,omitempty"`
	// Google Consent Mode: `basic` loads no Google tag before a grant; `advanced` lets Google's tags load with everything denied.
	ConsentMode string `json:"consentMode,omitempty"`
	Google      Google `json:"google,omitzero"`
	// Other tools whose markup is understood.
	Compat []string `json:"compat,omitempty"`
	// Rules that visitors are asked by: `auto` follows the visitor's country or US state, the strictest where it is unknown.
	Regime string `json:"regime,omitempty"`
	// A grant that the visitor gives later and explicitly on this site outweighs the browser's privacy signal also under opt-out.
	GpcYields bool `json:"gpcYields,omitempty"`
	// Visitors are asked first whether they are old enough to consent alone where they are (GDPR, Art. 8). Whoever is not is asked nothing else, unless a parent decides for them. Then everybody is asked by the rules of opt-in.
	AgeQuestion bool `json:"ageQuestion,omitempty"`
	// The preferences lead visitors who have chosen to a page of the server with their receipts and rights.
	Rights bool `json:"rights,omitempty"`
	// Domain that shares the choice among its subdomains, such as shop.example; empty for the page's host alone. In lower case, IDNs in punycode, without a dot in front.
	CookieDomain string `json:"cookieDomain,omitempty"`
}

// Purpose: Why data is used.
type Purpose struct {
	// Lower-case letters, digits, - and _, a letter first, at most 40.
	ID string `json:"id"`
}

// Service: A third party under one purpose. Where the id is one of the built-in catalogue (see: assent services), whatever is left out comes from there; any other id needs a purpose.
type Service struct {
	// Lower-case letters, digits, - and _, a letter first, at most 40.
	ID string `json:"id"`
	// Id of the purpose that must be granted.
	Purpose string `json:"purpose,omitempty"`
	Name    string `json:"name,omitempty"`
	// What sort of service it is: its standard aim is told in the visitor's language.
	Kind string `json:"kind,omitempty"`
	// Legal name of who receives the data.
	Provider string `json:"provider,omitempty"`
	// Hosts that it loads from, in lower case, IDNs in punycode: example.com for that one, *.example.com for all of its subdomains and not for itself; with a slash also the beginning of path and query, as in www.example.com/maps/. Any port, unless one is given.
	Hosts []string `json:"hosts,omitempty"`
	// Names, with * as wildcard, cleared on withdrawal.
	Cookies []string `json:"cookies,omitempty"`
	// Keys of localStorage and sessionStorage and names of IndexedDB databases, with * as wildcard, cleared on withdrawal.
	Storage []string `json:"storage,omitempty"`
	// ISO 3166-1 alpha-2 code of where data is processed, such as DE.
	Country string `json:"country,omitempty"`
	// What makes the transfer lawful.
	Safeguard string `json:"safeguard,omitempty"`
	// ISO 8601 duration of the longest-lived cookie or record in years, months, weeks and days, such as P13M.
	Retention string `json:"retention,omitempty"`
	// Link to the provider's privacy policy, an http or https address.
	Policy string `json:"policy,omitempty"`
	// Vendor adapter that is told of each choice; without one the service is gated by load.
	Adapter string `json:"adapter,omitempty"`
}

// Look: Appearance of the notice.
type Look struct {
	Layout string `json:"layout,omitempty"`
	// Colour of both answers and of switches, as #rrggbb.
	Accent string `json:"accent,omitempty"`
	// Colour of the surface in the light scheme, as #rrggbb; white by default.
	Background string `json:"background,omitempty"`
	// Colour of the text in the light scheme, as #rrggbb; must reach 4.5:1 on the surface.
	Text string `json:"text,omitempty"`
	// Colour of the surface in the dark scheme, as #rrggbb.
	DarkBackground string `json:"darkBackground,omitempty"`
	// Colour of the text in the dark scheme, as #rrggbb.
	DarkText string `json:"darkText,omitempty"`
	// Colour scheme: the visitor's, or always one.
	Scheme string `json:"scheme,omitempty"`
	// Corners, from 0px to 32px; 16px by default.
	Radius string `json:"radius,omitempty"`
	// CSS font-family list; the system's font by default.
	Font string `json:"font,omitempty"`
}

// Controller: Who decides why and how data is used: named in receipts, not by the script.
type Controller struct {
	// Legal name.
	Name string `json:"name,omitempty"`
	// Postal address.
	Address string `json:"address,omitempty"`
	// Where to write about data: an e-mail address, or an http or https address.
	Contact string `json:"contact,omitempty"`
}

// Google: How Google's tags are told (Consent Mode).
type Google struct {
	// Milliseconds that Google's tags wait for the choice.
	WaitForUpdate int `json:"waitForUpdate,omitempty"`
	// Redact advertising identifiers while ad_storage is denied.
	AdsDataRedaction bool `json:"adsDataRedaction,omitempty"`
	// Pass click identifiers in links while storage is denied.
	UrlPassthrough bool `json:"urlPassthrough,omitempty"`
	// ISO 3166-2 codes such as DE or US-CA where everything is denied by default; elsewhere everything is granted by default. Empty: denied everywhere.
	Regions []string `json:"regions,omitempty"`
	// Identifier that Google gave the operator: letters and digits.
	DeveloperId string `json:"developerId,omitempty"`
}

// Parental: The browser of a child asks that a parent is written to.
type Parental struct {
	// The one that the browser's decisions are sent with.
	Secret string `json:"secret"`
	// The parent's address. It is kept sealed, for as long as it is needed.
	Email string `json:"email"`
	// Id of the notice that the page's script was built with.
	Notice string `json:"notice"`
	// BCP 47 tag of the language of the notice, in which the parent is written to.
	Locale string `json:"locale,omitempty"`
	// The page, http or https. The server keeps origin and path only.
	Page string `json:"page,omitempty"`
}

// ParentalCheck: The browser of a child asks what a parent has decided.
type ParentalCheck struct {
	Secret string `json:"secret"`
}

// ParentalAnswer: What became of it.
type ParentalAnswer struct {
	// `none`: nobody was asked, or it is too long ago, or all of it was erased.
	State    string   `json:"state"`
	Followed Followed `json:"followed,omitzero"`
}

// ParentalLink: A parent comes by the link of a message.
type ParentalLink struct {
	Site    string `json:"site"`
	Subject string `json:"subject"`
	Token   string `json:"token"`
}

// ParentalDecision: What a parent allows; everything else is refused.
type ParentalDecision struct {
	Site    string `json:"site"`
	Subject string `json:"subject"`
	Token   string `json:"token"`
	// Ids of purposes and services.
	Granted []string `json:"granted"`
}

// ParentalVisit: What a parent is shown.
type ParentalVisit struct {
	// The site's.
	Name string `json:"name"`
	// On which the child asked.
	Page     string            `json:"page,omitempty"`
	Purposes []ParentalPurpose `json:"purposes"`
	Current  Current           `json:"current,omitzero"`
}

// ParentalPurpose: What the notice asks for, in the language in which the child read it.
type ParentalPurpose struct {
	ID       string            `json:"id"`
	Title    string            `json:"title"`
	Text     string            `json:"text"`
	Services []ParentalService `json:"services"`
}

// ParentalService: Who would get what.
type ParentalService struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Provider string `json:"provider,omitempty"`
	// ISO 3166 code of where it is processed.
	Country string `json:"country,omitempty"`
	Aim     string `json:"aim,omitempty"`
}

// People: Who may use the dashboard, and who is invited to, as far as whoever asks manages them.
type People struct {
	People      []Person     `json:"people"`
	Invitations []Invitation `json:"invitations"`
}

// RolesGiven: What somebody may do: a role over all sites, roles at single ones, or both.
type RolesGiven struct {
	// Over all sites, those to come among them; empty for none.
	All string `json:"all,omitempty"`
	// Site to role.
	Sites map[string]string `json:"sites,omitempty"`
}

// Person: Somebody who may sign in.
type Person struct {
	ID    string     `json:"id"`
	Email string     `json:"email"`
	Roles RolesGiven `json:"roles"`
	Since time.Time  `json:"since"`
	// Whether a code follows the password, or a passkey stands in for it.
	Factors bool `json:"factors"`
}

// Invitation: A link that was handed out and not used yet.
type Invitation struct {
	ID        string     `json:"id"`
	Email     string     `json:"email"`
	Roles     RolesGiven `json:"roles"`
	ExpiresAt time.Time  `json:"expiresAt"`
}

// NewInvitation: Whom to invite, and as what.
type NewInvitation struct {
	Email string     `json:"email"`
	Roles RolesGiven `json:"roles"`
}

// InvitationLink: An invitation with what its link holds. It is told once and kept nowhere.
type InvitationLink struct {
	Invitation Invitation `json:"invitation"`
	// Goes behind /dashboard/#invitation=.
	Token string `json:"token"`
}

// PasswordChange: A new password for whoever is signed in.
type PasswordChange struct {
	Current string `json:"current"`
	// At least 12 characters; no rule on their kinds (ASVS 6.2).
	Password string `json:"password"`
}

// OpenSession: Where somebody is signed in.
type OpenSession struct {
	ID string `json:"id"`
	// Browser and system, in words; empty when the browser did not tell.
	Device  string    `json:"device"`
	Started time.Time `json:"started"`
	// Last use, to five minutes.
	Seen time.Time `json:"seen"`
	// Whether it is the one that asks.
	Current bool `json:"current"`
}

// Problem: Problem details (RFC 9457): what is wrong and how to mend it.
type Problem struct {
	// Stable name of the kind of problem, as a URN.
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	// What is wrong with this request and how to mend it.
	Detail string `json:"detail"`
	// One entry per faulty member of the body.
	Errors []Fault `json:"errors,omitempty"`
}

// Fault: One faulty member of a body.
type Fault struct {
	// JSON Pointer (RFC 6901) to the member; empty for the whole body.
	Pointer string `json:"pointer"`
	// What is wrong and what would be right.
	Detail string `json:"detail"`
	// Stable name of what is wrong, such as provider-missing, by which texts of other languages go; absent where there is none but the detail.
	Kind string `json:"kind,omitempty"`
	// What such a text names.
	Values map[string]string `json:"values,omitempty"`
}

// Processing: The record of processing of a site's notice (GDPR, article 30(1)), with its transfers. Its words are in one language.
type Processing struct {
	Site string `json:"site"`
	// Name of the site.
	Name string `json:"name"`
	// Id of the notice's version.
	Notice string `json:"notice"`
	// When that version was published last; missing where it is not on record.
	PublishedAt time.Time `json:"publishedAt,omitzero"`
	// When the record was made; transfers are judged by that day.
	MadeAt time.Time `json:"madeAt"`
	// Of the words.
	Language   string     `json:"language"`
	Controller Controller `json:"controller"`
	// Categories of data subjects.
	Subjects string `json:"subjects"`
	// Days after which a choice ends.
	LifetimeDays int `json:"lifetimeDays"`
	// The day up to which the decisions of adequacy are known.
	AsOf string `json:"asOf"`
	// The security measures that Assent takes itself.
	Measures []string `json:"measures"`
	// One for the choices themselves, then one per service.
	Activities []Activity `json:"activities"`
}

// Activity: What one recipient does with data.
type Activity struct {
	// Id of the notice's service; empty for the choices, which the site's operator keeps with Assent.
	Service string `json:"service"`
	Name    string `json:"name"`
	// Title of the purpose.
	Purpose string `json:"purpose"`
	// What the purpose means.
	Aim string `json:"aim"`
	// Categories of data; of services, the cookies and the keys of storage too.
	Data      []string `json:"data"`
	Recipient string   `json:"recipient"`
	// ISO 3166-1 code of where data is processed; empty where nobody says.
	Country string `json:"country"`
	// Where that is: the EEA, a third country with a decision of adequacy in force, another third country, or unknown; empty for the choices.
	Area string `json:"area"`
	// As the notice names it.
	Safeguard string `json:"safeguard"`
	// Number of the decision of adequacy that is in force, or of the last one that was.
	Act string `json:"act"`
	// To whom that decision is limited.
	Limit string `json:"limit"`
	// Last day of what the transfer rests on, or rested on; empty where no end is known.
	Until string `json:"until"`
	// ISO 8601 duration.
	Retention string `json:"retention"`
	// The same in words: the time limit for erasure.
	Period string `json:"period"`
	// Address of the recipient's privacy policy.
	Policy string `json:"policy"`
	// What is wrong with the transfer. Where adequacy has ended, the service is suspended.
	Wrong string `json:"wrong"`
	// The same in words, with what to do.
	Remark string `json:"remark"`
	// When somebody last looked whether this is still so; missing where nobody has.
	ReviewedAt time.Time `json:"reviewedAt,omitzero"`
}

// Rates: How visitors of one site chose in a period, as far as the filter lets them count.
type Rates struct {
	Site string `json:"site"`
	// First day, inclusive, in the time zone.
	From string `json:"from"`
	// Last day, inclusive.
	To string `json:"to"`
	// IANA name.
	TimeZone string `json:"timeZone"`
	// Length of the intervals; weeks begin on Monday.
	Each   string   `json:"each"`
	Totals Answered `json:"totals"`
	// Decisions that were made in the preferences.
	Saved int `json:"saved"`
	// All of the period, those without anything included.
	Intervals []Interval   `json:"intervals"`
	Purposes  []GrantShare `json:"purposes"`
	// By their own answer, or else that of their purpose.
	Services []GrantShare `json:"services"`
	// First answers by how long the notice had been on screen, shortest first.
	Waits []Wait `json:"waits"`
	// When versions of the notice came up, or came back, oldest first.
	Notices []NoticeSince `json:"notices"`
	// What the filter can be set to, per dimension, most frequent first: as found in the last seven days of the period.
	Values map[string][]string `json:"values"`
	// The last decisions of all times, whatever the filter, newest first.
	Recent []Receipt `json:"recent"`
	// On some day there were more visitors than are told apart, so that fewer were counted.
	Bounded bool `json:"bounded"`
}

// Answered: Decisions by outcome, and what became of the visitors who were asked. Decisions of programs are in none but `bots`.
type Answered struct {
	// Sum of the next four.
	Decisions int `json:"decisions"`
	Accepted  int `json:"accepted"`
	// Withdrawals are among them.
	Refused int `json:"refused"`
	Partial int `json:"partial"`
	// Answered by a privacy signal (GPC), not by the visitor.
	Signals int `json:"signals"`
	// Of the decisions, those that a script clicked, such as a privacy extension.
	Synthetic int `json:"synthetic"`
	// Decisions of programs that say so.
	Bots int `json:"bots"`
	// How often the notice came on screen.
	Views int `json:"views"`
	// Visitors who opened the preferences; each counts once per UTC day.
	Opened int `json:"opened"`
	// Visitors without a choice to whom the notice was shown; each counts once per UTC day. Sum of the rest, as far as these are of the same visitors.
	Asked int `json:"asked"`
	// Of those, visitors from whom something, such as a blocker, hid it.
	Hidden int `json:"hidden"`
	// Decisions by visitors who were asked.
	FirstAccepted int `json:"firstAccepted"`
	FirstRefused  int `json:"firstRefused"`
	FirstPartial  int `json:"firstPartial"`
	// Asked, and neither hidden nor answered.
	Ignored int `json:"ignored"`
}

// Interval: An hour, a day or a week of the time zone.
type Interval struct {
	From time.Time `json:"from"`
	// Its end, not inclusive; the period may cut it.
	To       time.Time `json:"to"`
	Answered Answered  `json:"answered"`
}

// GrantShare: How often one purpose or service was granted.
type GrantShare struct {
	ID string `json:"id"`
	// What the notice in force calls the service, or else the built-in list; missing for purposes and where neither knows it.
	Name    string `json:"name,omitempty"`
	Granted int    `json:"granted"`
	// Decisions that answered it either way.
	Decided int `json:"decided"`
}

// Wait: First answers within so many seconds, and after the step before.
type Wait struct {
	Seconds   int `json:"seconds"`
	Decisions int `json:"decisions"`
}

// NoticeSince: A version of the notice, and since when visitors had it in the period.
type NoticeSince struct {
	Notice string `json:"notice"`
	// Beginning of the first hour.
	From time.Time `json:"from"`
}

// Overview: Today until now, and the same day a week ago until the same time.
type Overview struct {
	Site     string `json:"site"`
	TimeZone string `json:"timeZone"`
	// End of the last whole quarter of an hour that both count.
	Until    time.Time `json:"until"`
	Today    Answered  `json:"today"`
	LastWeek Answered  `json:"lastWeek"`
}

// Breakdown: The period by the values of one dimension, the most decisions first.
type Breakdown struct {
	By string `json:"by"`
	// At most 100.
	Groups []Group `json:"groups"`
	// Groups beyond those.
	Left int `json:"left"`
}

// Group: What has one value of a dimension. Nothing is asked from a source, so that those of `source` have no visitors.
type Group struct {
	// Empty where nobody knows.
	Value    string   `json:"value"`
	Answered Answered `json:"answered"`
}

// Comparison: Two periods or segments side by side.
type Comparison struct {
	One   Answered       `json:"one"`
	Other Answered       `json:"other"`
	Rates []RateCompared `json:"rates"`
}

// RateCompared: A rate in both, with 95 % confidence intervals.
type RateCompared struct {
	// Of the decisions; `ignored` of the visitors who were asked.
	Rate  string   `json:"rate"`
	One   Estimate `json:"one"`
	Other Estimate `json:"other"`
	// The other's rate less the one's is between this and the next (Newcombe's interval).
	Lowest  float64 `json:"lowest"`
	Highest float64 `json:"highest"`
	// Whether the other's rate is different; `few` when one of both has fewer than 100.
	Verdict string `json:"verdict"`
}

// Estimate: A share and where the true one lies (Wilson's interval).
type Estimate struct {
	Part    int     `json:"part"`
	Whole   int     `json:"whole"`
	Lowest  float64 `json:"lowest"`
	Highest float64 `json:"highest"`
}

// Receipt: One recorded decision as the audit trail holds it.
type Receipt struct {
	ID        string          `json:"id"`
	Site      string          `json:"site"`
	Subject   string          `json:"subject"`
	Notice    string          `json:"notice"`
	Action    string          `json:"action"`
	Purposes  map[string]bool `json:"purposes"`
	Services  map[string]bool `json:"services"`
	Source    string          `json:"source"`
	Synthetic bool            `json:"synthetic"`
	Locale    string          `json:"locale,omitempty"`
	// Origin and path; never a query string.
	Page string `json:"page,omitempty"`
	// The client's clock, if it told it.
	DecidedAt  time.Time `json:"decidedAt,omitzero"`
	RecordedAt time.Time `json:"recordedAt"`
	ExpiresAt  time.Time `json:"expiresAt"`
	// What was odd about the decision when it came in. It is kept all the same.
	Flags []string `json:"flags"`
	// Names of what the decision deleted in the visitor's browser.
	Removed []string `json:"removed"`
	// Rules that the visitor was asked by.
	Regime string `json:"regime"`
	// Where the visitor was, ISO 3166; absent when nobody knows.
	Country string `json:"country,omitempty"`
	// Class of device and, next, family of browser: what is kept of the User-Agent.
	Device  string `json:"device,omitempty"`
	Browser string `json:"browser,omitempty"`
	// Seconds that the notice had been on screen, rounded up to a few steps.
	Waited int `json:"waited,omitempty"`
	// The same and what it refers to, signed: a JWS whose payload is statement.schema.json.
	Jws string `json:"jws,omitempty"`
}

// Report: How visitors of one site chose in a period.
type Report struct {
	Site string `json:"site"`
	// First day, inclusive, UTC.
	From string `json:"from"`
	// Last day, inclusive, UTC.
	To     string `json:"to"`
	Totals Tally  `json:"totals"`
	// One entry per day of the period, days without decisions included.
	Days     []Day          `json:"days"`
	Purposes []PurposeShare `json:"purposes"`
	// The last decisions, newest first.
	Recent []Receipt `json:"recent"`
}

// Tally: Decisions by outcome; the three outcomes and the signals add up to decisions. Those of programs are in none of them.
type Tally struct {
	Decisions int `json:"decisions"`
	// Every optional purpose granted.
	Accepted int `json:"accepted"`
	// No optional purpose granted; withdrawals are among them.
	Refused int `json:"refused"`
	// Some purposes or services granted.
	Partial int `json:"partial"`
	// Answered by a privacy signal (GPC), not by the visitor.
	Signals int `json:"signals"`
	// Sent by a program that says so, such as a crawler or a monitor.
	Bots int `json:"bots"`
}

// Day: One day's tally.
type Day struct {
	Day   string `json:"day"`
	Tally Tally  `json:"tally"`
}

// PurposeShare: How often one purpose was granted.
type PurposeShare struct {
	Purpose string `json:"purpose"`
	Granted int    `json:"granted"`
	// Decisions that answered this purpose either way.
	Decided int `json:"decided"`
}

// Request: What a visitor asked for as a data subject, until when, who did what about it, and what was done where. Once everything of the visitor is erased, nothing in it leads back to whose it was.
type Request struct {
	Reference string `json:"reference"`
	Site      string `json:"site"`
	Kind      string `json:"kind"`
	State     string `json:"state"`
	// `direct` is an erasure beside a decision, for which nobody checked who asks, `in-error` one of what a child should not have decided, `parent` comes by a parent's link.
	How string `json:"how"`
	// How it was checked who asks.
	Identity string `json:"identity"`
	// What the visitor wants, in words.
	About   string    `json:"about"`
	Due     time.Time `json:"due"`
	Overdue bool      `json:"overdue"`
	// It is due within a week, or was.
	Soon bool `json:"soon"`
	// A restriction or an objection that leaves the visitor's decisions out now.
	Honoured bool            `json:"honoured"`
	History  []RequestStep   `json:"history"`
	Effects  []RequestEffect `json:"effects"`
	// SHA-256 of each erased decision's id, hexadecimal: who has a receipt can tell that it was among them.
	Receipts []string `json:"receipts"`
}

// RequestStep:
type RequestStep struct {
	At time.Time `json:"at"`
	// E-mail address; empty for the visitor.
	Who    string `json:"who"`
	What   string `json:"what"`
	Reason string `json:"reason"`
}

// RequestEffect: What was done at one place.
type RequestEffect struct {
	Place string `json:"place"`
	What  string `json:"what"`
	Count int    `json:"count"`
}

// OwnRequest: A visitor's browser asks for something as a data subject.
type OwnRequest struct {
	// The one that its decisions were sent with.
	Secret string `json:"secret"`
	Kind   string `json:"kind"`
	// What is wanted, in words.
	About string `json:"about,omitempty"`
}

// Handover: A visitor's browser wants to be known on a page of the server.
type Handover struct {
	// The one that its decisions were sent with.
	Secret string `json:"secret"`
}

// HandoverToken: Stands for the secret on the way to that page.
type HandoverToken struct {
	// Good once, for two minutes.
	Token string `json:"token"`
}

// HandoverPass: Stands for the secret on that page.
type HandoverPass struct {
	// Good for a quarter of an hour.
	Pass string `json:"pass"`
}

// HandedRequest: A visitor asks for something as a data subject on a page of the server.
type HandedRequest struct {
	// Of the visitor's handover.
	Pass string `json:"pass"`
	Kind string `json:"kind"`
	// What is wanted, in words.
	About string `json:"about,omitempty"`
}

// OwnRequestAnswer:
type OwnRequestAnswer struct {
	Request Request `json:"request"`
	// With access: everything that is recorded.
	Decisions []Receipt `json:"decisions,omitempty"`
	// With information: how data is processed.
	Processing Processing `json:"processing,omitzero"`
}

// NewRequest: Somebody of the site registers a visitor's request, having checked who asks.
type NewRequest struct {
	// The id of one of the visitor's decisions, or the address of its receipt.
	Receipt string `json:"receipt"`
	Kind    string `json:"kind"`
	// How it was checked who asks; never what a paper says.
	Identity string `json:"identity"`
	About    string `json:"about,omitempty"`
}

// RequestDeadline: How long the requests that come to a site may take.
type RequestDeadline struct {
	// Until a request is due.
	Days int `json:"days"`
	// By how many days it may be put off, once; 0 for not at all.
	ExtraDays int `json:"extraDays"`
}

// RequestOrder: What is to be done about a request.
type RequestOrder struct {
	Step string `json:"step"`
	// Needed to extend, to refuse, to lift (how the visitor was told before), and where a person has done it: what was done.
	Reason string `json:"reason,omitempty"`
	// By how many days it is put off.
	Days int `json:"days,omitempty"`
}

// Retention: For how long what is kept about a site is kept, what goes next, what a legal hold keeps, and what has gone.
type Retention struct {
	Classes []RetainedClass `json:"classes"`
	// Those in force first, then those that ended; the newest first.
	Holds []LegalHold `json:"holds"`
	// The last first.
	Deletions []DeletionRecord `json:"deletions"`
}

// RetainedClass: One class of what is kept.
type RetainedClass struct {
	Class string `json:"class"`
	// 0 for no end.
	Days int `json:"days"`
	// Days that the server keeps it at sites without a period of their own.
	Usual int `json:"usual"`
	// The site has a period of its own.
	Own bool `json:"own,omitempty"`
	// Fewest days that can be set.
	Least int `json:"least"`
	Most  int `json:"most"`
	// It is of the whole server, not of a site.
	Everywhere bool `json:"everywhere"`
	// A hold keeps all of it.
	Held bool `json:"held"`
	// What is from before that time is past its period.
	Before time.Time `json:"before,omitzero"`
	// What would go now, the earliest first.
	Months    []MonthCount      `json:"months"`
	Announced AnnouncedDeletion `json:"announced,omitzero"`
}

// MonthCount: How many are from a month.
type MonthCount struct {
	// YYYY-MM, UTC.
	Month string `json:"month"`
	Count int    `json:"count"`
}

// AnnouncedDeletion: A deletion that is to come.
type AnnouncedDeletion struct {
	AnnouncedAt time.Time `json:"announcedAt"`
	Due         time.Time `json:"due"`
	// As it was announced.
	Count int `json:"count"`
}

// LegalHold: An order to keep what would be removed otherwise. Whose decisions it is about is not told.
type LegalHold struct {
	ID     string    `json:"id"`
	Extent string    `json:"extent"`
	From   time.Time `json:"from,omitzero"`
	// The time after the period.
	To        time.Time `json:"to,omitzero"`
	Reason    string    `json:"reason"`
	Author    string    `json:"author"`
	CreatedAt time.Time `json:"createdAt"`
	// When it ends by itself.
	End     time.Time `json:"end,omitzero"`
	InForce bool      `json:"inForce"`
	// When somebody ended it.
	EndedAt time.Time `json:"endedAt,omitzero"`
	EndedBy string    `json:"endedBy,omitempty"`
	Because string    `json:"because,omitempty"`
}

// DeletionRecord: What was removed because it was kept long enough.
type DeletionRecord struct {
	Class      string    `json:"class"`
	Before     time.Time `json:"before"`
	By         string    `json:"by"`
	StartedAt  time.Time `json:"startedAt"`
	FinishedAt time.Time `json:"finishedAt,omitzero"`
	// All that was from before that time, what is held too.
	Stock   int `json:"stock"`
	Removed int `json:"removed"`
	// It was counted again: nothing was left that should have gone.
	Verified bool `json:"verified"`
}

// OwnPeriods: Days by class that a site keeps things in place of the server's; 0 for no end. What is left out is kept as the server does.
type OwnPeriods struct {
	Days map[string]int `json:"days"`
}

// HoldOrder: Puts a legal hold into force: on the site, on the visitor with a receipt, or on a period.
type HoldOrder struct {
	// The id of one of the visitor's decisions, or the address of its receipt.
	Receipt string `json:"receipt,omitempty"`
	// First day of the period, YYYY-MM-DD.
	From string `json:"from,omitempty"`
	// Its last day.
	To string `json:"to,omitempty"`
	// Last day of the hold; without it until somebody ends it.
	End    string `json:"end,omitempty"`
	Reason string `json:"reason"`
}

// HoldEnd: Ends a legal hold.
type HoldEnd struct {
	Because string `json:"because"`
}

// ServiceReview: A review of one of the notice's services: until when, what the server knows of the service, and what was found by whom.
type ServiceReview struct {
	Reference string `json:"reference"`
	Site      string `json:"site"`
	// Id of the notice's service.
	Service string `json:"service"`
	Name    string `json:"name"`
	// When the service was reviewed last, or came.
	Since time.Time `json:"since"`
	Due   time.Time `json:"due"`
	// `removed` closes the review of a service that the notice no longer has, `off` those of a site that has none.
	State   string `json:"state"`
	Overdue bool   `json:"overdue"`
	// It is due within a week, or was.
	Soon     bool      `json:"soon"`
	ClosedAt time.Time `json:"closedAt,omitzero"`
	// Who answered; absent for the server.
	By string `json:"by,omitempty"`
	// Id of the notice's version that was looked at.
	Notice  string        `json:"notice,omitempty"`
	Answers ReviewAnswers `json:"answers,omitzero"`
	// As they are now, or were when it was answered; lists leave them out.
	Facts ServiceFacts `json:"facts,omitzero"`
}

// ReviewAnswers: What somebody found. An answer that is not yes needs a remark, and brings the next review within 30 days.
type ReviewAnswers struct {
	// The service is still used.
	InUse string `json:"inUse"`
	// Its cookies, storage and hosts are still as declared.
	Storage string `json:"storage"`
	// Its purpose is still right.
	Purpose string `json:"purpose"`
	// Provider, country, safeguard and retention are still right.
	Provider string `json:"provider"`
	Remark   string `json:"remark,omitempty"`
}

// ServiceFacts: What the server knows of a service. Of cookies and storage it hears only what was deleted after a withdrawal, which is what is declared: it does not look for others.
type ServiceFacts struct {
	MadeAt time.Time `json:"madeAt"`
	// The first day that is looked at (UTC).
	From string `json:"from"`
	// What the notice says.
	Declared Service `json:"declared"`
	// The site's pages tell which third parties they meet; without `autoBlock` they do not, and nothing is seen.
	Told bool `json:"told"`
	// At least how many page views told one of its hosts.
	Pages int `json:"pages"`
	// Hosts that pages told as the service's.
	Hosts []HostSeen `json:"hosts"`
	// Declared hosts that no page told.
	Unseen []string `json:"unseen"`
	// How many of the last withdrawals were looked at.
	Withdrawals int `json:"withdrawals"`
	// Each declared cookie and key of storage.
	Stored []StoredSeen `json:"stored"`
	// Decisions about the service.
	Decided int `json:"decided"`
	Granted int `json:"granted"`
	// Where the data goes, as in a record of processing.
	Area string `json:"area"`
	// What is wrong with the transfer.
	Wrong string `json:"wrong"`
}

// HostSeen:
type HostSeen struct {
	Host    string `json:"host"`
	Pages   int    `json:"pages"`
	LastDay string `json:"lastDay"`
	// The notice names it.
	Declared bool `json:"declared"`
}

// StoredSeen:
type StoredSeen struct {
	// As declared.
	Name string `json:"name"`
	// How many of the withdrawals deleted such a one.
	Deleted int `json:"deleted"`
}

// Due: How much of a site is due within a week or overdue.
type Due struct {
	Site     string `json:"site"`
	Requests int    `json:"requests"`
	Reviews  int    `json:"reviews"`
}

// ReviewPeriod: How often each service of a site is reviewed.
type ReviewPeriod struct {
	// 30 to 730; 0 for no reviews.
	Days int `json:"days"`
}

// ServiceReviews: The reviews of a site's services.
type ServiceReviews struct {
	// How often; 0 for never.
	Days int `json:"days"`
	// The open ones first, by when they are due, then those closed last.
	Reviews []ServiceReview `json:"reviews"`
}

// Sightings: Third parties that a page's visitor met, as the script tells them in the mode `report`.
type Sightings struct {
	Sightings []Sighting `json:"sightings"`
}

// Sighting: One third party on one page.
type Sighting struct {
	// Host name in lower case, without port.
	Host string `json:"host"`
	Kind string `json:"kind"`
	// Id of a service of the notice or the catalogue; empty for none.
	Service string `json:"service,omitempty"`
}

// Sighted: A third party as the dashboard lists it.
type Sighted struct {
	// Host name; `*` for those beyond the 500 that are kept per site.
	Host string `json:"host"`
	Kind string `json:"kind"`
	// Id of the service; empty when it is unknown.
	Service string `json:"service"`
	// Name of the service.
	Name string `json:"name"`
	// Purpose that it waits for.
	Purpose string `json:"purpose"`
	// Auto-block would hold it back before a grant.
	Held bool `json:"held"`
	// Page views that told it.
	Pages    int    `json:"pages"`
	FirstDay string `json:"firstDay"`
	LastDay  string `json:"lastDay"`
}

// ThirdParties: The third parties of a site.
type ThirdParties struct {
	AutoBlock string `json:"autoBlock"`
	// Most often seen first.
	Sighted []Sighted `json:"sighted"`
}

// Site: One owner's website.
type Site struct {
	// Public key of the site, as in the script's address.
	ID string `json:"id"`
	// What people call the site, on one line.
	Name string `json:"name"`
	// Web origins (RFC 6454) that may record decisions; `https://*.shop.example` stands for every subdomain, `http://localhost:*` for every port of a loopback host.
	Origins []string `json:"origins"`
	// IANA name of the zone whose days are the site's, such as Europe/Berlin; UTC by default.
	TimeZone string `json:"timeZone,omitempty"`
	// Id of the published notice.
	Notice       string       `json:"notice"`
	Announcement Announcement `json:"announcement,omitzero"`
	// How many days ahead a change of the notice is announced unless told; 30 by default.
	AnnounceDays int `json:"announceDays,omitempty"`
	// Pages may link browsers to the site's own accounts.
	Linking bool `json:"linking,omitempty"`
	// What it holds is made up by `assent demo-data`: no page adds to it, and it can be removed as a whole.
	Demo bool `json:"demo,omitempty"`
	// The last experiments with the notice, oldest first; at most the last one runs.
	Experiments []Experiment `json:"experiments,omitempty"`
}

// Announcement: A notice that takes the place of the published one by itself.
type Announcement struct {
	// Its id.
	Notice string `json:"notice"`
	// When it takes effect.
	At time.Time `json:"at"`
	// Since when visitors are told.
	AnnouncedAt time.Time `json:"announcedAt"`
	// Who announced it; absent for the command line.
	By string `json:"by,omitempty"`
	// What changes, in the owner's words, by language of the notice.
	Summary map[string]string `json:"summary,omitempty"`
}

// SiteChange: What a new site is made of, or what becomes of one; what is left out stays as it is.
type SiteChange struct {
	Name         string   `json:"name,omitempty"`
	Origins      []string `json:"origins,omitempty"`
	TimeZone     string   `json:"timeZone,omitempty"`
	AnnounceDays int      `json:"announceDays,omitempty"`
}

// Embedding: What goes into the pages of a site.
type Embedding struct {
	// Script tag that follows each publication within minutes.
	Moving string `json:"moving"`
	// Script tag of the bytes that are published now, for ever (SRI).
	Pinned string `json:"pinned"`
	// The moving tag asks by the rules of the visitor's region, the pinned one everybody by the strictest.
	FollowsRegion bool `json:"followsRegion"`
	// Inline script for the head, before everything, where tags are not annotated or Consent Mode is advanced.
	Stub string `json:"stub"`
	// Directives that a page's own Content-Security-Policy needs besides.
	Policy []string `json:"policy"`
	// Directive that allows the stub by its hash.
	StubPolicy string `json:"stubPolicy"`
}

// Presence: What tells that the script runs on a site's pages.
type Presence struct {
	// Origin of the page that spoke to this server last.
	Origin string `json:"origin,omitempty"`
	// When it did.
	At time.Time `json:"at,omitzero"`
	// When a visitor decided last, as any server recorded it.
	DecidedAt time.Time `json:"decidedAt,omitzero"`
}

// Statement: Payload of a signed receipt: one decision and all that it refers to. Names in brackets are those of ISO/IEC TS 27560:2023.
type Statement struct {
	// What this document keeps to (schema_version).
	SchemaVersion string `json:"schemaVersion"`
	// Address of the server that signed; absent when it was not told its own.
	Iss string `json:"iss,omitempty"`
	// Id of the decision, of its record and of its receipt (record_id, receipt_id).
	Jti string `json:"jti"`
	// The visitor's pseudonym at this site (pii_principal_id).
	Sub string `json:"sub"`
	// When the decision was recorded, in seconds since 1970.
	Iat      int          `json:"iat"`
	Decision Receipt      `json:"decision"`
	Notice   StatedNotice `json:"notice"`
	// Why and by whom data may be used, or may not (purposes).
	Processing []StatedPurpose `json:"processing"`
	// Who they are (pii_controllers, recipient_third_parties).
	Parties []Party `json:"parties"`
	// Country of the visitor, ISO 3166 (jurisdiction); absent when nobody knows.
	Jurisdiction string `json:"jurisdiction,omitempty"`
	// Words of the button in the page that leads to changing the answer (withdrawal_method).
	Withdrawal string      `json:"withdrawal,omitempty"`
	Event      StatedEvent `json:"event"`
}

// StatedNotice: The notice that was answered (privacy_notice).
type StatedNotice struct {
	// Hash of its canonical JSON, in base64url.
	ID string `json:"id"`
	// The site did publish it; otherwise nothing more is known of it.
	Published bool `json:"published"`
	// In which the visitor read it (language).
	Language      string `json:"language,omitempty"`
	PrivacyPolicy string `json:"privacyPolicy,omitempty"`
	// Form in which it was laid over the page; absent where nobody was asked.
	Layout string       `json:"layout,omitempty"`
	Script StatedScript `json:"script,omitzero"`
}

// StatedScript: The script that the server gave visitors of this notice and regime when the decision was recorded; absent where that is not on record.
type StatedScript struct {
	// Part of its address: /s/SITE/HASH.js.
	Hash string `json:"hash"`
	// SHA-384 of its bytes, as in the integrity attribute of a tag that pins it.
	Integrity string `json:"integrity"`
	// When the server began to give it.
	Since time.Time `json:"since"`
}

// StatedPurpose: One purpose and its answer.
type StatedPurpose struct {
	// (purpose_type)
	ID string `json:"id"`
	// As the visitor read it (purpose).
	Title   string `json:"title,omitempty"`
	Text    string `json:"text,omitempty"`
	Granted bool   `json:"granted"`
	// Ground for the processing (lawful_basis): consent where it was asked for and given; absent for what was refused, and where the law lets data be used until somebody objects.
	Basis    string          `json:"basis,omitempty"`
	Services []StatedService `json:"services"`
}

// StatedService: A third party under the purpose, and its answer.
type StatedService struct {
	// (service)
	ID      string `json:"id"`
	Name    string `json:"name"`
	Granted bool   `json:"granted"`
	// Id of the party.
	Provider string `json:"provider,omitempty"`
	// Cookies and keys of storage that it uses (pii_attribute_id).
	Data []string `json:"data,omitempty"`
	// Where data is processed (storage_locations).
	Country string `json:"country,omitempty"`
	// What makes the transfer lawful (geographic_restrictions).
	Safeguard string `json:"safeguard,omitempty"`
	// ISO 8601 duration (retention_period).
	Retention string `json:"retention,omitempty"`
	Policy    string `json:"policy,omitempty"`
}

// Party: Somebody who handles data.
type Party struct {
	// Within this document (party_id).
	ID string `json:"id"`
	// (party_name)
	Name string `json:"name"`
	// (party_address)
	Address string `json:"address,omitempty"`
	// (party_contact)
	Contact string `json:"contact,omitempty"`
	// (party_type)
	Type string `json:"type"`
}

// StatedEvent: How the answer came about.
type StatedEvent struct {
	// (event_state)
	State string `json:"state"`
	// An act of the visitor, or a signal of the browser (event_type).
	Type string `json:"type"`
	// By the server's clock (event_time).
	At time.Time `json:"at"`
	// ISO 8601 duration after which the visitor is asked again (validity_duration).
	Validity string `json:"validity"`
	// Who answered: the visitor's pseudonym (entity_id).
	Entity string `json:"entity"`
}

// Suspension: A service of the published notice that is suspended, because what its transfers rest on has ended, or that will be within ninety days.
type Suspension struct {
	// Id of the notice's service.
	Service string `json:"service"`
	Name    string `json:"name"`
	// ISO 3166-1 code of where data is sent.
	Country string `json:"country"`
	// Number of the decision of adequacy.
	Act string `json:"act"`
	// Its last day.
	Last string `json:"last"`
	// When the suspension begins, or began.
	At        time.Time `json:"at"`
	Suspended bool      `json:"suspended"`
	// Days until then, begun ones too; 0 where it is suspended.
	Days int `json:"days"`
}

// Token: What a program reads with, in the name of who made it.
type Token struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// E-mail address of its maker. It reads no more than the maker may.
	By string `json:"by"`
	// What it reads: rates and their files; sites, their tags and notices; single decisions and their files; what administrators did.
	Scopes []string `json:"scopes"`
	// Ids of the sites that it is limited to; absent for all of its maker's, those to come among them.
	Sites     []string  `json:"sites,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
	ExpiresAt time.Time `json:"expiresAt"`
	// The day (UTC) of its last use; absent when it was never used.
	UsedOn string `json:"usedOn,omitempty"`
}

// NewToken: A token to make.
type NewToken struct {
	// What it is for.
	Name string `json:"name"`
	// What it is to read.
	Scopes []string `json:"scopes"`
	// The only sites that it is to read of; left out for all.
	Sites []string `json:"sites,omitempty"`
	// How long it works; 90 unless told.
	Days int `json:"days,omitempty"`
}

// MadeToken: A token with its value. That is told once and kept nowhere.
type MadeToken struct {
	Token Token `json:"token"`
	// Goes behind Authorization: Bearer.
	Value string `json:"value"`
}

// Trail: What everybody who can sign in did, the last first, as far as whoever asks may know.
type Trail struct {
	Acts []Act `json:"acts"`
	// What `before` has to be for the acts before these; absent when there are none.
	Next string `json:"next,omitempty"`
}

// Act: One thing that somebody did, or tried to.
type Act struct {
	At time.Time `json:"at"`
	// E-mail address; empty for somebody whom nobody knows.
	Who string `json:"who"`
	// Such as sign-in.
	What string `json:"what"`
	// Whom or what it was done to, in words.
	About string `json:"about"`
	// Site's id; empty when it concerns none.
	Site    string `json:"site"`
	Outcome string `json:"outcome"`
	// The client's network, never its address; empty when the server could not tell.
	Network string `json:"network"`
}
