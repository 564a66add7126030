package evidence

import (
	"cmp"
	"strings"

	"assent/schemas"
	"assent/server/internal/consent"
)

// notTold stands where Kantara's form wants a text that nobody told.
const notTold = "not told"

// Kantara is the statement as a Kantara Consent Receipt 1.1. The form knows explicit consent alone: what was refused, or may
// be used without being asked for, is left out, and a receipt of a refusal has no services. Its required texts that nobody
// told say so.
func Kantara(s schemas.Statement) any {
	receipt := object{
		"version": "KI-CR-v1.1.0", "jurisdiction": cmp.Or(s.Jurisdiction, notTold), "consentTimestamp": s.Event.At.Unix(),
		"collectionMethod": method(s), "consentReceiptID": s.Jti, "piiPrincipalId": s.Sub,
		"piiControllers": []object{kantaraController(s)}, "policyUrl": cmp.Or(s.Notice.PrivacyPolicy, notTold),
		"services": kantaraServices(s), "sensitive": false, "spiCat": []string{},
	}
	if s.Notice.Language != "" {
		receipt["language"] = s.Notice.Language
	}
	return receipt
}

func kantaraController(s schemas.Statement) object {
	var found schemas.Party
	for _, p := range s.Parties {
		if p.Type == controller {
			found = p
		}
	}
	controller := object{"piiController": cmp.Or(found.Name, notTold), "contact": cmp.Or(found.Contact, notTold), "phone": notTold,
		"address": object{"streetAddress": cmp.Or(found.Address, notTold)}, "email": notTold, "onBehalf": false}
	if strings.Contains(found.Contact, "@") && !strings.Contains(found.Contact, "://") {
		controller["email"] = found.Contact
	} else if found.Contact != "" {
		controller["piiControllerUrl"] = found.Contact
	}
	return controller
}

// kantaraServices lists what was granted. Purposes without services stand for the site itself.
func kantaraServices(s schemas.Statement) []object {
	services := []object{}
	if s.Decision.Regime != consent.OptIn || s.Event.Type != expressed {
		return services
	}
	for _, p := range s.Processing {
		if p.ID == consent.Essential {
			continue
		}
		if p.Granted && len(p.Services) == 0 {
			services = append(services, object{"service": cmp.Or(p.Title, p.ID), "purposes": []object{kantaraPurpose(p, schemas.StatedService{}, s)}})
		}
		for _, one := range p.Services {
			if one.Granted {
				services = append(services, object{"service": one.Name, "purposes": []object{kantaraPurpose(p, one, s)}})
			}
		}
	}
	return services
}

func kantaraPurpose(p schemas.StatedPurpose, one schemas.StatedService, s schemas.Statement) object {
	purpose := object{"purpose": cmp.Or(p.Text, p.Title, p.ID), "purposeCategory": []string{cmp.Or(p.Title, p.ID)}, "consentType": "EXPLICIT",
		"piiCategory": append([]string{"Online identifiers"}, one.Data...), "primaryPurpose": false, "termination": cmp.Or(one.Retention, s.Event.Validity), "thirdPartyDisclosure": one.Provider != ""}
	if one.Provider != "" {
		purpose["thirdPartyName"] = one.Provider
	}
	return purpose
}
