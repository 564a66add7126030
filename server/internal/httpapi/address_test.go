package httpapi

import (
	"net"
	"net/http/httptest"
	"testing"
)

// ASVS 4.1.3, 15.3.4
// Threat B5.8
func TestNobodyClaimsAnAddressButAConfiguredProxy(t *testing.T) {
	_, proxies, err := net.ParseCIDR("10.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		peer, forwarded string
		proxies         []*net.IPNet
		want            string
	}{
		{"203.0.113.5:999", "198.51.100.1", nil, "203.0.113.5"},
		{"127.0.0.1:999", "198.51.100.1", nil, "127.0.0.1"},
		{"10.1.2.3:999", "198.51.100.1", []*net.IPNet{proxies}, "198.51.100.1"},
		{"10.1.2.3:999", "6.6.6.6, 198.51.100.1", []*net.IPNet{proxies}, "198.51.100.1"},
		{"127.0.0.1:999", "198.51.100.1", []*net.IPNet{proxies}, "127.0.0.1"},
		{"203.0.113.5:999", "198.51.100.1", []*net.IPNet{proxies}, "203.0.113.5"},
		// Several hops: what stands left of the last one that is no proxy is what that client claims.
		{"10.1.2.3:999", "6.6.6.6, 198.51.100.1, 10.9.9.9, 10.8.8.8", []*net.IPNet{proxies}, "198.51.100.1"},
		{"10.1.2.3:999", "10.0.0.1, 198.51.100.1", []*net.IPNet{proxies}, "198.51.100.1"},
		{"10.1.2.3:999", "2001:db8::7", []*net.IPNet{proxies}, "2001:db8::7"},
		{"10.1.2.3:999", "6.6.6.6, [2001:db8::7]", []*net.IPNet{proxies}, "2001:db8::7"},
		{"[2001:db8::1]:999", "198.51.100.1", []*net.IPNet{proxies}, "2001:db8::1"},
		{"[::ffff:10.1.2.3]:999", "198.51.100.1", []*net.IPNet{proxies}, "198.51.100.1"},
		// Garbage leaves the proxy's own address, which is nobody's.
		{"10.1.2.3:999", "", []*net.IPNet{proxies}, "10.1.2.3"},
		{"10.1.2.3:999", "unknown", []*net.IPNet{proxies}, "10.1.2.3"},
		{"10.1.2.3:999", "198.51.100.1, garbage", []*net.IPNet{proxies}, "10.1.2.3"},
		{"10.1.2.3:999", "garbage, 198.51.100.1", []*net.IPNet{proxies}, "198.51.100.1"},
		{"10.1.2.3:999", ",,, ,", []*net.IPNet{proxies}, "10.1.2.3"},
		{"10.1.2.3:999", "198.51.100.1\x00", []*net.IPNet{proxies}, "10.1.2.3"},
	} {
		request := httptest.NewRequest("GET", "/", nil)
		request.RemoteAddr = c.peer
		request.Header.Set("X-Forwarded-For", c.forwarded)
		request.Header.Set("X-Real-IP", c.forwarded)
		if got := addressOf(c.proxies)(request); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
