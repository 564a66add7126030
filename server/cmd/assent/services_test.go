package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"assent/schemas"
)

func TestServicesAreListed(t *testing.T) {
	list := func(args ...string) (code int, stdout, stderr string) {
		var out, faults bytes.Buffer
		code = run(t.Context(), append([]string{"services"}, args...), &out, &faults)
		return code, out.String(), faults.String()
	}
	if code, stdout, _ := list(); code != 0 || strings.Count(stdout, "\n") < 70 {
		t.Errorf("all: code %d, %d lines", code, strings.Count(stdout, "\n"))
	}
	if _, stdout, _ := list("HOTJAR"); !strings.HasPrefix(stdout, "hotjar  Hotjar  analytics  ") || strings.Count(stdout, "\n") != 1 {
		t.Errorf("by name: %q", stdout)
	}
	if _, stdout, _ := list("clarity.ms"); !strings.HasPrefix(stdout, "microsoft-clarity ") {
		t.Errorf("by host: %q", stdout)
	}
	_, stdout, _ := list("--json", "hotjar")
	var services []schemas.Service
	if err := json.Unmarshal([]byte(stdout), &services); err != nil || len(services) != 1 || len(services[0].Hosts) == 0 {
		t.Errorf("JSON %q: %v", stdout, err)
	}
	if code, _, stderr := list("nosuchvendor"); code != exitFailure || !strings.Contains(stderr, `no service matches "nosuchvendor"`) {
		t.Errorf("none: code %d, %q", code, stderr)
	}
}
