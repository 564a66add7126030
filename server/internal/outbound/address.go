package outbound

import "net/netip"

// strange are the ranges of IPv4 that are nobody's on the Internet (IANA's special-purpose registry).
var strange = prefixes("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3")

// Of IPv6 only what is handed out is asked, without those ranges of it that carry an IPv4 address or are for papers.
var (
	handedOut   = netip.MustParsePrefix("2000::/3")
	strangeSix  = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
	translation = netip.MustParsePrefix("64:ff9b::/96") // How a network without IPv4 reaches one (RFC 6052).
)

func prefixes(all ...string) []netip.Prefix {
	parsed := make([]netip.Prefix, len(all))
	for i, one := range all {
		parsed[i] = netip.MustParsePrefix(one)
	}
	return parsed
}

// IsPublic reports whether an address is somebody's on the Internet, rather than one of this machine, of its network or of
// its cloud.
func IsPublic(a netip.Addr) bool {
	a = a.Unmap()
	if translation.Contains(a) {
		bytes := a.As16()
		a = netip.AddrFrom4([4]byte(bytes[12:]))
	}
	if a.Is4() {
		return !within(strange, a)
	}
	return handedOut.Contains(a) && !within(strangeSix, a)
}

func within(ranges []netip.Prefix, a netip.Addr) bool {
	for _, one := range ranges {
		if one.Contains(a) {
			return true
		}
	}
	return false
}
