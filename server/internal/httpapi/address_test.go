package httpapi

import (
	"net"
	"net/http/httptest"
	"testing"
)

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
