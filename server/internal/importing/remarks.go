package importing

import (
	"assent/schemas"
	"assent/server/internal/wording"
)

// kind is one thing that can become of a part of a file.
type kind wording.Kind

type values = wording.Values

// What became of purposes, languages and texts.
var (
	purposeUnnamable  = kind{"purpose-unnamable", `has a name that is no id, so it is asked for as marketing`}
	purposesFull      = kind{"purposes-full", `is one purpose more than the {most} that a notice can have, so it is asked for as marketing`}
	purposeIAB        = kind{"purpose-iab", `is a purpose of the IAB's framework, which Assent does not speak`}
	refusable         = kind{"refusable", `could not be refused there, and can be here; give what the site cannot do without the purpose essential`}
	languageUnwritten = kind{"language-unwritten", `is a language without built-in texts: add it to languages once you have written all of its texts`}
	languageElsewhere = kind{"language-elsewhere", `are in a file of their own, {file}: write the texts by hand or put them into this file`}
	languageRun       = kind{"language-run", `are told only by running the file: write the texts by hand`}
	textRun           = kind{"text-run", `is {code}, which only running the file would tell; the built-in text stays`}
	textPlaceholder   = kind{"text-placeholder", `has a placeholder that only that tool fills in; the built-in text stays`}
	textLong          = kind{"text-long", `has more than {most} characters; the built-in text stays`}
	textLink          = kind{"text-link", `had a link, and a notice's texts have none: the privacy policy has its own link ({link})`}
	textsNone         = kind{"texts-none", `Cookiebot's file of cookies has none of your own texts: the built-in ones are used`}
	textsNoneInList   = kind{"texts-none-in-list", `a list of cookies has none of your own texts: the built-in ones are used`}
	policyRelative    = kind{"policy-relative", `was "{was}", beside the page; it is {is} now, on the page's host`}
	policyNoAddress   = kind{"policy-no-address", `is no address that a notice can lead to: write an https address, or a path such as /privacy`}
	lifetimeUnread    = kind{"lifetime-unread", `is no number of days that can be read; visitors are asked again after 180`}
	lifetimeCut       = kind{"lifetime-cut", `was {days} days; a notice asks again after {most} at most`}
)

// What became of services and cookies.
var (
	serviceUnnamable    = kind{"service-unnamable", `has a name of which no id can be made; add it by hand`}
	serviceRun          = kind{"service-run", `has a service whose name only running the file would tell; add it by hand`}
	servicesFull        = kind{"services-full", `is one service more than the {most} that a notice can have`}
	servicePurpose      = kind{"service-purpose", `is asked for as {purpose}, as in the file, though it is for {known} by its nature`}
	serviceByName       = kind{"service-by-name", `was taken for {service} by its name; write it by hand if it is not`}
	serviceByCookies    = kind{"service-by-cookies", `was taken for {service} by its cookies; write it by hand if it is not`}
	serviceOfMany       = kind{"service-of-many", `has cookies of {services}: name each of them as a service, so that visitors see who gets their data`}
	serviceUnasked      = kind{"service-unasked", `says no purpose, so it is asked for as marketing`}
	serviceManyPurposes = kind{"service-many-purposes", `serves several purposes, and a service waits for one: it is asked for as {purpose}`}
	serviceEssential    = kind{"service-essential", `runs without being asked for, as in the file, though it is for {known}: give it that purpose unless the site cannot do without it`}
	serviceRenamed      = kind{"service-renamed", `is {id} now: {attribute}="{name}" on your pages becomes data-assent="{id}"`}
	serviceFilledIn     = kind{"service-filled-in", `filled in from your list of cookies; check provider and duration`}
	namesFull           = kind{"names-full", `lists more than {most} names; those beyond are left out`}
	cookiesFull         = kind{"cookies-full", `lists more than {most} cookies; those beyond are left out`}
	cookieNoName        = kind{"cookie-no-name", `is no name of a cookie`}
	cookieUnread        = kind{"cookie-unread", `a cookie's name cannot be read from the file; write it by hand`}
	cookieTheirs        = kind{"cookie-theirs", `is the other tool's own cookie, and goes with it`}
	cookieRequest       = kind{"cookie-request", `is a request, not a cookie: its host is what a notice names ({host})`}
	cookiesUnclassified = kind{"cookies-unclassified", `nobody has said what these cookies are for, so they are asked for as marketing`}
	expressionLong      = kind{"expression-long", `this expression is longer than {most} characters: write the cookies' names, with * for what varies`}
	expressionUnread    = kind{"expression-unread", `this expression has a form that is not read here: write the cookies' names, with * for what varies`}
	expressionBroad     = kind{"expression-broad", `this expression names nearly every cookie: write the cookies' names, with * for what varies`}
	expressionNone      = kind{"expression-none", `this expression names no cookie: write the cookies' names, with * for what varies`}
)

// What became of the tool's switches.
var (
	neverBeforehand = kind{"never-beforehand", `nothing is switched on beforehand: only a yes counts`}
	neverBeforeYes  = kind{"never-before-yes", `nothing runs before a yes, unless the visitor's region is under opt-out (regime)`}
	waitsNow        = kind{"waits-now", `ran until a no, and now waits for a yes`}
	neverWall       = kind{"never-wall", `the page can be used before a choice`}
	refusalStays    = kind{"refusal-stays", `the refusal stands beside the acceptance, always`}
	answersAlike    = kind{"answers-alike", `both answers look alike, always`}
	ticked          = kind{"ticked", `accepts what was ticked beforehand, and nothing is; the first layer has accept, reject and settings`}
	regionDecides   = kind{"region-decides", `the visitor's region decides, the strictest where it is not known; see regime`}
	domainUntaken   = kind{"domain-untaken", `not taken: write cookieDomain if subdomains are to share the choice`}
	codeUntaken     = kind{"code-untaken", `is code, which is not taken: listen for assent:change on your page instead`}
	noReload        = kind{"no-reload", `the page is not loaded again after a withdrawal`}
	restUntaken     = kind{"rest-untaken", `not taken, for Assent has no counterpart or decides itself: {members}`}
)

// What came of the file as a whole.
var (
	counted     = kind{"counted", `services: {services}, of those from the catalogue: {known}; purposes: {purposes}; languages: {languages}`}
	pagesMarked = kind{"pages-marked", `what waits on your pages carries {tool}'s markup: rewrite it with assent migrate html, or have the notice understand it with "compat": ["{compat}"]`}
	ownAlready  = kind{"own-already", `is a notice of Assent's already: give a list of cookies beside it to fill its services in`}
	unchecked   = kind{"unchecked", `cannot be checked; look at it under Publish`}
	moreAlike   = kind{"more-alike", `and {count} more like these`}
)

func (k kind) say(v values) string { return wording.Kind(k).Say(v) }

// remark says what became of a part of the file.
func (d *draft) remark(urgency, about string, line int, what kind, v values) {
	d.note(schemas.Remark{Kind: urgency, About: about, Line: line, Detail: what.say(v), Says: what.Name, Values: v})
}
