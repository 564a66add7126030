package evidence

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

// object is a JSON object of which a reader outside this house knows the names.
type object map[string]any

// dpvPurposes are the terms of DPV 2.3 for purposes that notices commonly have. Others are dpv:Purpose with their own title.
var dpvPurposes = map[string]string{
	consent.Essential: "dpv:RequestedServiceProvision",
	"analytics":       "dpv:ServiceUsageAnalytics",
	"marketing":       "dpv:Marketing",
	"functional":      "dpv:ServicePersonalisation",
}

var dpvStates = map[string]string{given: "dpv:ConsentGiven", refused: "dpv:ConsentRefused", withdrawn: "dpv:ConsentWithdrawn"}

var dpvTypes = map[string]string{expressed: "dpv:ExpressedConsent", implicit: "dpv:ImpliedConsent"}

// gdpr lists where the GDPR is the law: the Union's states and the three of the EEA.
var gdpr = strings.Fields("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO")

// LinkedData is the statement as JSON-LD with the terms of the W3C Data Privacy Vocabulary, after its guide for ISO/IEC TS
// 27560. What nobody told is left out rather than made up.
func LinkedData(s schemas.Statement) any {
	record := object{
		"@context": object{"dpv": "https://w3id.org/dpv#", "dct": "http://purl.org/dc/terms/", "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
			"loc": "https://w3id.org/dpv/loc#", "skos": "http://www.w3.org/2004/02/skos/core#"},
		"@id": "urn:uuid:" + s.Jti, "@type": "dpv:ConsentRecord",
		"dct:identifier": s.Jti, "dct:conformsTo": object{"@id": "https://w3id.org/dpv/schema/dpv-27560#record"},
		"dpv:hasDataSubject": object{"@id": "urn:assent:subject:" + s.Sub, "@type": "dpv:DataSubject"},
		"dpv:hasNotice":      linkedNotice(s),
		"dpv:hasProcess":     linkedProcesses(s),
		"dpv:hasConsentStatus": []object{{
			"@type": []string{dpvStates[s.Event.State], dpvTypes[s.Event.Type]}, "dpv:isIndicatedBy": object{"@id": "urn:assent:subject:" + s.Sub},
			"dpv:hasIndicationMethod": method(s), "dpv:isIndicatedAtTime": s.Event.At.Format(time.RFC3339Nano), "dpv:hasDuration": s.Event.Validity,
		}},
	}
	if page := s.Decision.Page; page != "" {
		record["dpv:hasConsentControl"] = object{"@type": []string{"dpv:ProvideConsent", "dpv:WithdrawConsent"}, "dpv:isExercisedAt": page}
	}
	for _, p := range s.Parties {
		if p.Type == controller {
			record["dpv:hasDataController"] = linkedParty(p, "dpv:DataController")
		}
	}
	if s.Jurisdiction != "" {
		record["dpv:hasJurisdiction"] = object{"@id": "loc:" + s.Jurisdiction}
	}
	if isGDPR(s) {
		record["dpv:hasApplicableLaw"] = object{"@id": "eu-gdpr:GDPR"}
	}
	return record
}

func isGDPR(s schemas.Statement) bool { return slices.Contains(gdpr, s.Jurisdiction) }

// method tells how the answer was given.
func method(s schemas.Statement) string {
	how := map[string]string{
		consent.AcceptAll: "accepted all", consent.RejectAll: "rejected all", consent.Save: "saved a selection",
		consent.Withdraw: "withdrew everything", consent.Signal: "privacy signal of the browser",
	}[s.Decision.Action]
	return how + " in: " + s.Decision.Source
}

func linkedNotice(s schemas.Statement) object {
	notice := object{"@id": "urn:assent:notice:" + s.Notice.ID, "@type": "dpv:ConsentNotice"}
	if s.Notice.Language != "" {
		notice["dct:language"] = s.Notice.Language
	}
	if policy := s.Notice.PrivacyPolicy; strings.HasPrefix(policy, "http") {
		notice["dct:references"] = object{"@id": policy}
	}
	if s.Notice.Layout != "" {
		notice["dct:format"] = s.Notice.Layout
	}
	if script := s.Notice.Script; script.Hash != "" {
		notice["dct:requires"] = object{"@id": "urn:assent:script:" + script.Hash, "dct:identifier": script.Integrity,
			"dct:issued": script.Since.Format(time.RFC3339Nano)}
	}
	return notice
}

func linkedParty(p schemas.Party, kind string) object {
	party := object{"@id": "urn:assent:party:" + strings.ReplaceAll(p.ID, " ", "-"), "@type": kind, "dpv:hasName": p.Name}
	for term, text := range map[string]string{"dpv:hasAddress": p.Address, "dpv:hasContact": p.Contact} {
		if text != "" {
			party[term] = text
		}
	}
	return party
}

func linkedProcesses(s schemas.Statement) []object {
	processes := []object{}
	for _, p := range s.Processing {
		process := object{"@type": "dpv:Process", "dct:identifier": p.ID, "dpv:hasConsentStatus": linkedAnswer(p.Granted, s), "dpv:hasPurpose": linkedPurpose(p)}
		switch {
		case p.Basis == byConsent && isGDPR(s):
			process["dpv:hasLegalBasis"] = object{"@id": "eu-gdpr:A6-1-a"}
		case p.Basis == byConsent:
			process["dpv:hasLegalBasis"] = object{"@id": "dpv:Consent"}
		}
		if p.ID == consent.Essential { // Never asked for.
			delete(process, "dpv:hasConsentStatus")
		}
		if services := linkedServices(s, p); len(services) > 0 {
			process["dpv:hasService"] = services
		}
		processes = append(processes, process)
	}
	return processes
}

func linkedAnswer(granted bool, s schemas.Statement) object {
	switch {
	case granted:
		return object{"@id": "dpv:ConsentGiven"}
	case s.Event.State == withdrawn:
		return object{"@id": "dpv:ConsentWithdrawn"}
	default:
		return object{"@id": "dpv:ConsentRefused"}
	}
}

func linkedPurpose(p schemas.StatedPurpose) object {
	purpose := object{"@type": cmp.Or(dpvPurposes[p.ID], "dpv:Purpose"), "skos:prefLabel": cmp.Or(p.Title, p.ID)}
	if p.Text != "" {
		purpose["skos:definition"] = p.Text
	}
	return purpose
}

func linkedServices(s schemas.Statement, p schemas.StatedPurpose) []object {
	var services []object
	for _, one := range p.Services {
		service := object{"@type": "dpv:Service", "dct:identifier": one.ID, "dct:title": one.Name, "dpv:hasConsentStatus": linkedAnswer(one.Granted, s)}
		if one.Provider != "" {
			service["dpv:hasRecipient"] = linkedParty(schemas.Party{ID: one.Provider, Name: one.Provider, Contact: one.Policy}, "dpv:Recipient")
		}
		if len(one.Data) > 0 {
			service["dpv:hasPersonalData"] = one.Data
		}
		conditions := []object{}
		if one.Retention != "" {
			conditions = append(conditions, object{"@type": "dpv:StorageDuration", "dpv:hasDuration": one.Retention})
		}
		if one.Country != "" {
			conditions = append(conditions, object{"@type": "dpv:StorageLocation", "dpv:hasLocation": object{"@id": "loc:" + one.Country}})
		}
		if len(conditions) > 0 {
			service["dpv:hasStorageCondition"] = conditions
		}
		services = append(services, service)
	}
	return services
}
