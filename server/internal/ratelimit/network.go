package ratelimit

import (
	"encoding/binary"
	"net/netip"
)

// Network is what one client can choose its addresses from: the /24 of an IPv4 address or the /56 of an IPv6 one, which
// providers hand out as one. The zero value is no network.
type Network uint64

// The first byte of a Network; the others are the prefix.
const (
	isIPv4 = 4
	isIPv6 = 6
)

// translated is how IPv4 clients look behind a NAT64 (RFC 6052): all of them would share one /56.
var translated = netip.MustParsePrefix("64:ff9b::/96")

// NetworkOf returns the network of a client's address, if it tells clients apart. What cannot be read does not, and
// neither does a private address or one of this machine: behind it stands a proxy that nobody named, and its bucket
// would be everybody's.
func NetworkOf(address string) (n Network, ok bool) {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return 0, false
	}
	ip = ip.Unmap().WithZone("")
	if translated.Contains(ip) {
		whole := ip.As16()
		ip = netip.AddrFrom4([4]byte(whole[12:]))
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return 0, false
	}
	if ip.Is4() {
		part := ip.As4()
		return isIPv4<<56 | Network(binary.BigEndian.Uint32(part[:])>>8), true
	}
	whole := ip.As16()
	return isIPv6<<56 | Network(binary.BigEndian.Uint64(whole[:8])>>8), true
}
