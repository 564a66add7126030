package ratelimit

import (
	"net/netip"
	"testing"
)

func TestNetworkOf(t *testing.T) {
	same := func(a, b string) bool {
		one, ok := NetworkOf(a)
		other, also := NetworkOf(b)
		if !ok || !also {
			t.Errorf("%s or %s is no network", a, b)
		}
		return one == other
	}
	for _, pair := range [][2]string{
		{"203.0.113.1", "203.0.113.255"},
		{"203.0.113.1", "::ffff:203.0.113.9"},
		{"203.0.113.1", "64:ff9b::203.0.113.9"},
		{"2001:db8:1:ff00::1", "2001:db8:1:ffff:ffff::"},
		{"2001:db8:1:ff00::1%eth0", "2001:db8:1:ff01::2"},
	} {
		if !same(pair[0], pair[1]) {
			t.Errorf("%v are two networks", pair)
		}
	}
	for _, pair := range [][2]string{
		{"203.0.113.1", "203.0.112.1"},
		{"203.0.113.1", "64:ff9b::203.0.114.1"},
		{"2001:db8:1:ff00::1", "2001:db8:1:fe00::1"},
		{"203.0.113.1", "::cb00:7100"},
		{"0.0.1.1", "::1:0"},
	} {
		if same(pair[0], pair[1]) {
			t.Errorf("%v are one network", pair)
		}
	}
}

// What tells nobody apart must not become one bucket that everybody shares.
func TestNoNetworkIsNobodysBucket(t *testing.T) {
	for _, address := range []string{
		"", "@", "unknown", "203.0.113.1:80", "203.0.113", "127.0.0.1", "::1", "10.1.2.3", "172.17.0.1", "192.168.1.1",
		"fd00::1", "fe80::1%eth0", "169.254.1.1", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1",
	} {
		if n, ok := NetworkOf(address); ok {
			t.Errorf("%q is the network %x", address, n)
		}
	}
}

func FuzzNetworkOf(f *testing.F) {
	for _, seed := range []string{"203.0.113.1", "2001:db8::1", "::ffff:203.0.113.1", "64:ff9b::1.2.3.4", "fe80::1%eth0", "1.2.3.4:80", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		n, ok := NetworkOf(address)
		ip, err := netip.ParseAddr(address)
		if ok != (n != 0) || ok && err != nil {
			t.Fatalf("%q: network %x, %v, %v", address, n, ok, err)
		}
		if again, _ := NetworkOf(ip.Unmap().WithZone("").String()); ok && again != n {
			t.Fatalf("%q is the network %x, written otherwise %x", address, n, again)
		}
	})
}
