package main

import (
	"net"
	"testing"
)

// ASVS 4.1.3, 15.3.4
// Threat B5.8
func TestTrustedProxies(t *testing.T) {
	t.Parallel()
	networks, err := parseProxies([]string{"10.0.0.0/8", "192.0.2.7", "2001:db8::1"})
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"10.200.0.1": true, "11.0.0.1": false, "192.0.2.7": true, "192.0.2.8": false, "2001:db8::1": true, "2001:db8::2": false,
	} {
		trusted := false
		for _, network := range networks {
			trusted = trusted || network.Contains(net.ParseIP(address))
		}
		if trusted != want {
			t.Errorf("%s: trusted=%v", address, trusted)
		}
	}
}
