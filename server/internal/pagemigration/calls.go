package pagemigration

import (
	"cmp"
	"regexp"
	"strings"
)

// What to do where a page uses another tool's script.
const (
	open     = `write assent.open(), or data-assent-action="open" on a link`
	accept   = "write assent.accept(), which takes a list as well"
	reject   = "write assent.reject()"
	withdraw = "write assent.withdraw()"
	ask      = `write assent.has("analytics") or assent.get()`
	listen   = `write assent.on("change", …)`
	annotate = "write data-assent on the tag"
	drop     = "leave it out"
	look     = "see deploy/API.md for its counterpart"
)

// api is a way in which pages use another tool's script, without which it fails or never happens.
type api struct {
	use       *regexp.Regexp    // Its first group is the word, at its end.
	instead   map[string]string // By the word.
	otherwise string            // For other words; empty where those mean something else.
}

var apis = []api{
	// vanilla-cookieconsent and Cookiebot share a name.
	{use: regexp.MustCompile(`\b(?:Cookiebot|CookieConsent)\??\.(\w+)`), instead: map[string]string{
		"renew": open, "show": open, "showPreferences": open, "hide": drop, "hidePreferences": drop, "run": drop,
		"withdraw": withdraw, "reset": withdraw, "eraseCookies": drop, "submitCustomConsent": accept, "acceptCategory": accept,
		"acceptService": accept, "acceptedCategory": ask, "acceptedService": ask, "getUserPreferences": ask, "getCookie": ask,
		"validConsent": ask, "validCookie": ask, "consent": ask, "consented": ask, "declined": ask, "hasResponse": ask,
		"getScript": annotate, "runScripts": annotate, "loadScript": annotate,
	}},
	{use: regexp.MustCompile(`\b((?:Cookiebot|CookieConsent)(?:Callback_)?On[A-Z]\w+)`), otherwise: listen},
	{use: regexp.MustCompile(`["'](cc:on[A-Z]\w+)["']`), otherwise: listen},
	{use: regexp.MustCompile(`\bdata-cc\s*=\s*["']?([\w-]+)`), instead: map[string]string{"accept-all": accept, "accept-necessary": reject}, otherwise: open},

	{use: regexp.MustCompile(`\b(?:OneTrust|Optanon)\??\.(\w+)`), instead: map[string]string{
		"ToggleInfoDisplay": open, "AllowAll": accept, "RejectAll": reject, "UpdateConsent": accept, "OnConsentChanged": listen,
		"IsAlertBoxClosed": ask, "Close": drop, "InsertScript": annotate, "InsertHtml": annotate,
	}, otherwise: look},
	{use: regexp.MustCompile(`\b(On[Ee]trustActiveGroups|OptanonActiveGroups)\b`), otherwise: ask},
	// The empty one is part of the tool's tag.
	{use: regexp.MustCompile(`\b(OptanonWrapper)(?:\s*=[^=]|\s*\(\s*\)\s*\{\s*[^}\s])`), otherwise: listen},
	{use: regexp.MustCompile(`["'](OneTrustGroupsUpdated|OTConsentApplied|OneTrustPCLoaded)["']`), otherwise: listen},
	{use: regexp.MustCompile(`\b(ot-sdk-show-settings|ot-sdk-btn|optanon-show-settings|optanon-toggle-display)\b`), otherwise: open},

	{use: regexp.MustCompile(`\bklaro\??\.(\w+)`), instead: map[string]string{
		"show": open, "getManager": ask, "addEventListener": listen, "setup": drop, "render": drop,
	}},

	{use: regexp.MustCompile(`\b(revisitCkyConsent|getCkyConsent|performBannerAction)\s*\(`), instead: map[string]string{
		"revisitCkyConsent": open, "getCkyConsent": ask, "performBannerAction": accept,
	}},
	{use: regexp.MustCompile(`["'](cookieyes_(?:consent_update|banner_load))["']`), otherwise: listen},
	{use: regexp.MustCompile(`\b(cky-banner-element)\b`), otherwise: open},

	{use: regexp.MustCompile(`\b_iub\??\.cs\??\.(?:(?:api|ui)\??\.)?(\w+)`), instead: map[string]string{
		"openPreferences": open, "consent": ask,
	}, otherwise: look},
	{use: regexp.MustCompile(`\b(on(?:ConsentGiven|ConsentRejected|ConsentRead|PreferenceExpressed|PreferenceExpressedOrNotNeeded))\b`), otherwise: listen},
	{use: regexp.MustCompile(`\b(iubenda-cs-preferences-link)\b`), otherwise: open},

	{use: regexp.MustCompile(`\b(cmplz_\w+)\s*\(`), instead: map[string]string{
		"cmplz_has_consent": ask, "cmplz_has_service_consent": ask, "cmplz_accept_all": accept, "cmplz_deny_all": reject,
		"cmplz_set_consent": accept, "cmplz_set_service_consent": accept,
	}, otherwise: look},
	{use: regexp.MustCompile(`["'](cmplz_(?:fire_categories|status_change|event_status|enable_category|revoke|banner_status|cookie_warning_loaded))["']`), otherwise: listen},
	{use: regexp.MustCompile(`\b(cmplz-(?:manage-consent|show-banner))\b`), otherwise: open},

	{use: regexp.MustCompile(`\b(?:UC_UI|__ucCmp)\??\.(\w+)`), instead: map[string]string{
		"showFirstLayer": open, "showSecondLayer": open, "closeCMP": drop, "restartCMP": drop, "clearStorage": withdraw,
		"acceptAllConsents": accept, "acceptService": accept, "acceptServices": accept, "updateServices": accept,
		"updateServicesConsents": accept, "saveConsents": drop, "denyAllConsents": reject, "areAllConsentsAccepted": ask,
		"getServicesBaseInfo": ask, "getServicesFullInfo": ask, "getConsentDetails": ask, "isConsentRequired": ask, "isInitialized": ask,
	}, otherwise: look},
	{use: regexp.MustCompile(`["'](UC_UI_INITIALIZED|UC_UI_CMP_EVENT|UC_UI_VIEW_CHANGED|UC_CONSENT|UC_CMP_EVENT)["']`), otherwise: listen},
}

// warnCalls warns of what page[from:to], some code, uses of another tool's script.
func (r *rewriter) warnCalls(from, to int) {
	for _, api := range apis {
		for _, at := range api.use.FindAllSubmatchIndex(r.page[from:to], -1) {
			word := r.page[from+at[2] : from+at[3]]
			if instead := cmp.Or(api.instead[string(word)], api.otherwise); instead != "" {
				use := strings.NewReplacer(`"`, "", "'", "").Replace(string(r.page[from+at[0] : from+at[3]]))
				r.warn(from+at[0], use+" needs the other tool's script: "+instead)
			}
		}
	}
}
