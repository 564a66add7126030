package lint_test

import "maps"

type values = map[string]any

// embedded and cluster are the least that each mode must be given.
func embedded() values {
	return values{"image": values{"repository": "registry.example/assent"}, "publicURL": "https://assent.example.com"}
}

func cluster() values {
	v := embedded()
	v["mode"] = "cluster"
	v["stores"] = values{"existingSecret": "assent-stores"}
	return v
}

// full switches everything on that a chart's user can.
func full(v values) values {
	maps.Copy(v, values{
		"env":            values{"ASSENT_COUNTRY_HEADER": "CF-IPCountry"},
		"singleSignOn":   values{"existingSecret": "assent-provider"},
		"dataKeys":       values{"existingSecret": "assent-keys"},
		"trustedProxies": []any{"10.0.0.0/8", "fd00::/8"},
		"ingress":        values{"enabled": true, "host": "assent.example.com", "tlsSecret": "assent-tls", "className": "nginx", "annotations": values{"a": "b"}},
		"networkPolicy":  values{"from": []any{values{"namespaceSelector": values{}}}, "to": []any{values{"ipBlock": values{"cidr": "10.0.0.0/8"}}}},
		"serviceMonitor": values{"enabled": true, "labels": values{"release": "prometheus"}},
		"podAnnotations": values{"a": "b"}, "podLabels": values{"team": "web"}, "nodeSelector": values{"disk": "ssd"},
		"tolerations": []any{values{"key": "a", "operator": "Exists"}}, "affinity": values{"podAntiAffinity": values{}},
		"priorityClassName": "high", "service": values{"annotations": values{"a": "b"}},
	})
	v["image"].(values)["pullSecrets"] = []any{values{"name": "registry"}}
	return v
}

func spooling(v values) values {
	v["spool"] = values{"enabled": true, "storageClass": "fast"}
	return v
}

func existing(v values) values {
	v["persistence"] = values{"existingClaim": "mine"}
	return v
}
