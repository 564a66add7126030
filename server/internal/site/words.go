package site

import (
	"assent/schemas"
	"assent/server/internal/wording"
)

// kind is one thing that can be wrong with a notice.
type kind wording.Kind

type values = wording.Values

// at is that something of this kind is wrong with a member.
func (k kind) at(pointer string, v values) schemas.Fault {
	return schemas.Fault{Pointer: pointer, Detail: wording.Kind(k).Say(v), Kind: k.Name, Values: v}
}

// What the schema cannot say of a notice.
var (
	idTwice         = kind{"id-twice", `"{id}" is used twice; purposes and services share one set of ids, because data-assent names either`}
	purposeMissing  = kind{"purpose-missing", `"{service}" is not in the catalogue (see: assent services): give it a purpose`}
	purposeUnknown  = kind{"purpose-unknown", `there is no purpose "{purpose}"; add it to purposes or name one of those`}
	languageUnknown = kind{"language-unknown", `"{tag}" is not a language tag (BCP 47)`}
	languageTwice   = kind{"language-twice", `"{tag}" is listed twice`}

	hostPort   = kind{"host-port", `"{host}" has no port from 1 to 65535; leave it out for every port`}
	hostDots   = kind{"host-dots", `"{host}" has an empty name between two dots; write it as browsers do, such as www.example.com`}
	hostSuffix = kind{"host-suffix", `"{host}" is a suffix under which strangers have their sites; name the third party's own domain, such as *.example.com`}
	hostOwn    = kind{"host-own", `"{host}" is where the site's own pages are ({page}), and what they load from there would be held back; name the service's own hosts, or add its path, such as www.example.com/stats/`}

	fontList = kind{"font-list", `is not a list of fonts; write it as in CSS, such as "Source Sans", system-ui, sans-serif`}
	contrast = kind{"contrast", `text in {text} on a surface of {surface} has a contrast of {ratio}:1 and needs {needed}:1 (WCAG 1.4.3); set {textMember} and {surfaceMember} further apart`}

	cookieSuffix    = kind{"cookie-suffix", `"{domain}" is no domain of one owner, but a suffix under which others have theirs, or an address; name the domain you own, such as shop.example`}
	cookieUncovered = kind{"cookie-uncovered", `{domain} does not cover the origin {origin}; name a domain that all origins are under, or leave it out: each host then asks by itself`}

	ageRules = kind{"age-rules", `whoever is asked for their age is asked by the rules of opt-in: set regime to auto or opt-in, or ask no age`}

	textLanguage = kind{"text-language", `is not among the notice's languages; add it there or remove the texts`}
	textUnknown  = kind{"text-unknown", `is not the key of a text of this notice`}
	textMissing  = kind{"text-missing", `has no text in this language; write it`}
)

// What the schema says. That of a form that is wrong is named after the member.
var (
	wrongType     = kind{"wrong-type", `is of type {got} and has to be of type {want}`}
	noneOf        = kind{"none-of", `is none of {want}`}
	tooLong       = kind{"too-long", `has {got} characters and may have {most}`}
	tooMany       = kind{"too-many", `has {got} entries and may have {most}`}
	tooFew        = kind{"too-few", `has {got} entries and needs {least}`}
	tooSmall      = kind{"too-small", `is less than {least}`}
	tooLarge      = kind{"too-large", `is more than {most}`}
	memberMissing = kind{"member-missing", `lacks {members}`}
	memberUnknown = kind{"member-unknown", `has members that do not belong here: {members}`}
	andMore       = kind{"and-more", `and {count} more`}
)

func formOf(member string) kind {
	return kind{"form-" + member, `"{got}" does not belong here: {form}`}
}

// What law and supervisory authorities ask.
var (
	providerMissing      = kind{"provider-missing", `{service}: nobody is named who receives the data; write the provider's legal name`}
	retentionMissing     = kind{"retention-missing", `{service} stores something, and visitors are not told for how long; write the longest duration, such as P13M`}
	aimMissing           = kind{"aim-missing", `{service} has no aim of its own and is told by its purpose; choose a kind or write {key}`}
	safeguardNone        = kind{"safeguard-none", `{service} has no safeguard for the transfer; such a transfer needs another ground`}
	adequacyMissing      = kind{"adequacy-missing", `{service}: there is no decision of adequacy for {country}; agree on standard contractual clauses and write scc, or mend the country`}
	adequacyEnded        = kind{"adequacy-ended", `{service}: the decision of adequacy for {country} ({act}) ended on {until}, and the service is suspended: nothing of it is loaded, nobody is asked about it; agree on standard contractual clauses, write scc and publish`}
	adequacyEnding       = kind{"adequacy-ending", `{service}: the decision of adequacy for {country} ({act}) ends on {until}, and from the day after the service is suspended; agree on standard contractual clauses before, write scc and publish`}
	policyPlain          = kind{"policy-plain", `{service}: the link is not encrypted; write https`}
	privacyPolicyMissing = kind{"privacy-policy-missing", `the notice does not lead to the privacy policy; write its address`}
	privacyPolicyPlain   = kind{"privacy-policy-plain", `the link is not encrypted; write https, or a path of the page's own host`}
	controllerMissing    = kind{"controller-missing", `receipts do not say who is responsible; write your legal name`}
	contactMissing       = kind{"contact-missing", `receipts do not say where to write about data; give an e-mail address or a page`}
	silenceGrants        = kind{"silence-grants", "everybody is treated as if silence were consent, also where the law asks for a yes; `auto` follows each visitor's region"}
	lifetimeLong         = kind{"lifetime-long", `an answer holds for more than six months, which the CNIL calls good practice`}
	consentModeAdvanced  = kind{"consent-mode-advanced", "Google's tags load before the visitor answers, which a regulator may see as access without consent; `basic` waits"}
	answersUneven        = kind{"answers-uneven", `one answer is more than twice as long as the other; word both alike`}
)

// What came of asking for a link.
var (
	linkGone        = kind{"link-gone", `there is nothing at {link}: it answers with {status}; mend the address`}
	linkStatus      = kind{"link-status", `{link} answers with {status}; open it in a browser to see whether visitors get more`}
	linkUnknownHost = kind{"link-unknown-host", `{link}: there is no such host; mend the address`}
	linkSlow        = kind{"link-slow", `{link} did not answer within five seconds; open it in a browser to see whether it is there`}
	linkRefused     = kind{"link-refused", `{link}: nothing listens there; mend the address, or start the server that it names`}
	linkCertificate = kind{"link-certificate", `{link} has a certificate that browsers refuse; renew it, or mend the address`}
	linkPrivate     = kind{"link-private", `{link} leads to a private address, which visitors cannot reach and this server does not ask`}
	linkRedirects   = kind{"link-redirects", `{link} leads from one address to the next more than five times; write the last one`}
	linkScheme      = kind{"link-scheme", `{link} leads to something that is no web page; mend the address`}
	linkFailed      = kind{"link-failed", `{link} cannot be reached; open it in a browser to see whether it is there`}
	linkUnasked     = kind{"link-unasked", `{link} was not asked, because the others took too long; check again`}
)
