package site

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Severities of a finding, as in draft.schema.json.
const (
	severityError   = "error"
	severityWarning = "warning"
)

// Lint holds a complete notice against what law and supervisory authorities ask of it, as far as no browser is needed.
// What every notice of Assent does by itself (nothing ticked beforehand, one lifetime for yes and no, two buttons of one
// kind) is held by the script's tests.
func Lint(n schemas.Notice) []schemas.Finding {
	findings := []schemas.Finding{}
	add := func(severity, pointer, rule, detail string) {
		findings = append(findings, schemas.Finding{Severity: severity, Pointer: pointer, Rule: rule, Detail: detail})
	}
	lintService := func(i int, s schemas.Service) {
		at := fmt.Sprintf("/services/%d", i)
		if s.Provider == "" {
			add(severityError, at+"/provider", "GDPR Art. 13(1)(e)", s.Name+": nobody is named who receives the data; write the provider's legal name")
		}
		if s.Retention == "" && len(s.Cookies)+len(s.Storage) > 0 {
			add(severityWarning, at+"/retention", "CJEU C-673/17 (Planet49)", s.Name+" stores something, and visitors are not told for how long; write the longest duration, such as P13M")
		}
		if s.Kind == "" && !hasAim(n, s) {
			add(severityWarning, at, "GDPR Art. 4(11)", s.Name+" has no aim of its own and is told by its purpose; choose a kind or write service."+s.ID+".text")
		}
		if s.Safeguard == "none" {
			add(severityWarning, at+"/safeguard", "GDPR Art. 44", s.Name+" has no safeguard for the transfer; such a transfer needs another ground")
		}
		if strings.HasPrefix(s.Policy, "http:") {
			add(severityWarning, at+"/policy", "", s.Name+": the link is not encrypted; write https")
		}
	}
	for i, s := range n.Services {
		if s.Purpose != consent.Essential {
			lintService(i, s)
		}
	}
	switch {
	case n.PrivacyPolicy == "":
		add(severityWarning, "/privacyPolicy", "GDPR Art. 13", "the notice does not lead to the privacy policy; write its address")
	case strings.HasPrefix(n.PrivacyPolicy, "http:"):
		add(severityWarning, "/privacyPolicy", "", "the link is not encrypted; write https, or a path of the page's own host")
	}
	switch {
	case n.Controller.Name == "":
		add(severityWarning, "/controller/name", "GDPR Art. 13(1)(a)", "receipts do not say who is responsible; write your legal name")
	case n.Controller.Contact == "":
		add(severityWarning, "/controller/contact", "GDPR Art. 13(1)(a)", "receipts do not say where to write about data; give an e-mail address or a page")
	}
	if n.Regime == consent.OptOut || n.Regime == consent.NoticeOnly {
		add(severityWarning, "/regime", "ePrivacy Directive Art. 5(3)", "everybody is treated as if silence were consent, also where the law asks for a yes; `auto` follows each visitor's region")
	}
	if n.LifetimeDays > consent.DefaultLifetimeDays+4 { // Six months have up to 184 days.
		add(severityWarning, "/lifetimeDays", "CNIL 2020-092 §39", "an answer holds for more than six months, which the CNIL calls good practice")
	}
	if n.ConsentMode == "advanced" {
		add(severityWarning, "/consentMode", "EDPB Guidelines 2/2023", "Google's tags load before the visitor answers, which a regulator may see as access without consent; `basic` waits")
	}
	return append(findings, lintWords(n)...)
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
			findings = append(findings, schemas.Finding{Severity: severityError, Pointer: pointer("texts", tag, "action.reject-all"),
				Rule: "EDPB Guidelines 03/2022", Detail: "one answer is more than twice as long as the other; word both alike"})
		}
	}
	return findings
}

// findings are what stands against publishing a notice: what keeps it from being complete, then what the lint says.
func findingsOf(faults []schemas.Fault, complete schemas.Notice) []schemas.Finding {
	findings := []schemas.Finding{}
	for _, f := range faults {
		findings = append(findings, schemas.Finding{Severity: severityError, Pointer: f.Pointer, Detail: f.Detail})
	}
	if len(faults) > 0 {
		return findings
	}
	findings = Lint(complete)
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
		faults = append(faults, schemas.Fault{Pointer: f.Pointer, Detail: Explain(f)})
	}
	if faults == nil {
		return nil
	}
	return &consent.InvalidError{Faults: faults}
}
