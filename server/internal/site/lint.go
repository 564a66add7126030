package site

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/transfer"
)

// Severities of a finding, as in draft.schema.json.
const (
	severityError   = "error"
	severityWarning = "warning"
)

// Lint holds a complete notice against what law and supervisory authorities ask of it, as far as no browser is needed.
// What every notice of Assent does by itself (nothing ticked beforehand, one lifetime for yes and no, two buttons of one
// kind) is held by the script's tests. Transfers are judged by what is adequate on a day.
func Lint(n schemas.Notice, adequate transfer.List, on time.Time) []schemas.Finding {
	findings := []schemas.Finding{}
	warn := func(pointer string, what kind, rule string) {
		findings = append(findings, findingOf(severityWarning, rule, what.at(pointer, nil)))
	}
	for i, s := range n.Services {
		if s.Purpose != consent.Essential {
			findings = append(findings, lintService(n, fmt.Sprintf("/services/%d", i), s)...)
		}
		findings = append(findings, lintAdequacy(fmt.Sprintf("/services/%d/safeguard", i), s, adequate.Judge(s.Country, s.Safeguard, on))...)
	}
	switch {
	case n.PrivacyPolicy == "":
		warn("/privacyPolicy", privacyPolicyMissing, "GDPR Art. 13")
	case strings.HasPrefix(n.PrivacyPolicy, "http:"):
		warn("/privacyPolicy", privacyPolicyPlain, "")
	}
	switch {
	case n.Controller.Name == "":
		warn("/controller/name", controllerMissing, "GDPR Art. 13(1)(a)")
	case n.Controller.Contact == "":
		warn("/controller/contact", contactMissing, "GDPR Art. 13(1)(a)")
	}
	if n.Regime == consent.OptOut || n.Regime == consent.NoticeOnly {
		warn("/regime", silenceGrants, "ePrivacy Directive Art. 5(3)")
	}
	if n.LifetimeDays > consent.DefaultLifetimeDays+4 { // Six months have up to 184 days.
		warn("/lifetimeDays", lifetimeLong, "CNIL 2020-092 §39")
	}
	if n.ConsentMode == "advanced" {
		warn("/consentMode", consentModeAdvanced, "EDPB Guidelines 2/2023")
	}
	return append(findings, lintWords(n)...)
}

func lintService(n schemas.Notice, at string, s schemas.Service) []schemas.Finding {
	var findings []schemas.Finding
	add := func(severity, pointer string, what kind, rule string) {
		named := values{"service": s.Name, "key": "service." + s.ID + ".text"}
		findings = append(findings, findingOf(severity, rule, what.at(pointer, named)))
	}
	if s.Provider == "" {
		add(severityError, at+"/provider", providerMissing, "GDPR Art. 13(1)(e)")
	}
	if s.Retention == "" && len(s.Cookies)+len(s.Storage) > 0 {
		add(severityWarning, at+"/retention", retentionMissing, "CJEU C-673/17 (Planet49)")
	}
	if s.Kind == "" && !hasAim(n, s) {
		add(severityWarning, at, aimMissing, "GDPR Art. 4(11)")
	}
	if s.Safeguard == "none" {
		add(severityWarning, at+"/safeguard", safeguardNone, "GDPR Art. 44")
	}
	if strings.HasPrefix(s.Policy, "http:") {
		add(severityWarning, at+"/policy", policyPlain, "")
	}
	return findings
}

// lintAdequacy finds a claim that rests on no decision, or not for long. It concerns essential services too: nobody consents
// to a transfer.
func lintAdequacy(pointer string, s schemas.Service, v transfer.Verdict) []schemas.Finding {
	kinds := map[string]kind{transfer.AdequacyMissing: adequacyMissing, transfer.AdequacyEnded: adequacyEnded, transfer.AdequacyEnding: adequacyEnding}
	what, found := kinds[v.Wrong]
	if !found {
		return nil
	}
	named := values{"service": s.Name, "country": s.Country, "act": v.Decision.Act, "until": v.Last}
	return []schemas.Finding{findingOf(severityWarning, "GDPR Art. 45", what.at(pointer, named))}
}

// findingOf is a fault with what it means and where the rule comes from.
func findingOf(severity, rule string, f schemas.Fault) schemas.Finding {
	return schemas.Finding{Severity: severity, Pointer: f.Pointer, Rule: rule, Detail: f.Detail, Kind: f.Kind, Values: f.Values}
}

func hasAim(n schemas.Notice, s schemas.Service) bool {
	return !slices.ContainsFunc(n.Languages, func(tag string) bool { return n.Texts[tag]["service."+s.ID+".text"] == "" })
}

// lintWords finds a refusal that takes more reading than the acceptance: a label that wraps is a button of another size.
func lintWords(n schemas.Notice) []schemas.Finding {
	var findings []schemas.Finding
	for _, tag := range n.Languages {
		accept, refuse := []rune(n.Texts[tag]["action.accept-all"]), []rune(n.Texts[tag]["action.reject-all"])
		if len(refuse) > 2*len(accept)+8 || len(accept) > 2*len(refuse)+8 {
			findings = append(findings, findingOf(severityError, "EDPB Guidelines 03/2022",
				answersUneven.at(pointer("texts", tag, "action.reject-all"), nil)))
		}
	}
	return findings
}

// findings are what stands against publishing a notice: what keeps it from being complete, then what the lint says.
func (p Publisher) findingsOf(faults []schemas.Fault, complete schemas.Notice) []schemas.Finding {
	findings := []schemas.Finding{}
	for _, f := range faults {
		findings = append(findings, findingOf(severityError, "", f))
	}
	if len(faults) > 0 {
		return findings
	}
	findings = Lint(complete, p.Adequate, p.Now())
	slices.SortStableFunc(findings, func(a, b schemas.Finding) int { return cmp.Compare(a.Severity, b.Severity) })
	return findings
}

// Explain says what a finding is, with the rule that it comes from.
func Explain(f schemas.Finding) string {
	if f.Rule == "" {
		return f.Detail
	}
	return f.Detail + " (" + f.Rule + ")"
}

// Refusal is what keeps a notice with these findings from being published, a *consent.InvalidError, or nil.
func Refusal(findings []schemas.Finding) error {
	var faults []schemas.Fault
	for _, f := range findings {
		if f.Severity != severityError {
			continue
		}
		faults = append(faults, schemas.Fault{Pointer: f.Pointer, Detail: Explain(f), Kind: f.Kind, Values: f.Values})
	}
	if faults == nil {
		return nil
	}
	return &consent.InvalidError{Faults: faults}
}
