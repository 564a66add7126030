// Package experiment knows which variant of a notice a visitor is shown, and what answers so far say of the variants.
package experiment

import (
	"crypto/sha256"
	"encoding/binary"
	"net/netip"

	"assent/schemas"
)

// Draw returns the arm that a visitor is in: 0 for the control, 1 for the first variant.
//
// It is computed from the experiment's id, the client's address and its User-Agent whenever the script is asked for, and
// kept nowhere: not in the browser, where storing it would need consent before there is any (ePrivacy Directive, Art. 5(3)),
// and not on the server. So a visitor keeps the arm from page to page and from day to day, all servers draw the same without
// asking each other, and another experiment mixes everybody anew. Who comes with another address or browser may meet another
// arm, as two browsers are two visitors in the counters as well.
//
// Of an IPv6 address the network counts, since browsers change the rest daily. Where the address is not the visitor's,
// because a proxy was not named, all with the same browser would be in one arm, which would compare browsers rather than
// notices: they see the control.
func Draw(e schemas.Experiment, address, userAgent string) (arm int) {
	place, ok := placeOf(address)
	if !ok {
		return 0
	}
	point := int(draw(e.ID, place, userAgent) % 10_000) // The bias of the remainder is below 10^-15.
	for i, v := range e.Variants {
		if point -= 100 * v.Share; point < 0 {
			return i + 1
		}
	}
	return 0
}

func draw(parts ...string) uint64 {
	hash := sha256.New()
	hash.Write([]byte("assent/arm"))
	for _, part := range parts {
		// The length keeps "ab", "c" from being "a", "bc".
		hash.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		hash.Write([]byte(part))
	}
	return binary.BigEndian.Uint64(hash.Sum(nil))
}

// placeOf is what stays of an address from day to day; false for one that is nobody's on the internet.
func placeOf(address string) (string, bool) {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return "", false
	}
	ip = ip.Unmap().WithZone("")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return "", false
	}
	if ip.Is4() {
		return ip.String(), true
	}
	return netip.PrefixFrom(ip, 64).Masked().String(), true
}
