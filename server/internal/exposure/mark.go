package exposure

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"assent/server/internal/daykey"
)

// Mark stands for a visitor of a site on one day and one event. Without the day's key, which nobody has after a few days,
// it says nothing of anybody, and two days' marks of one visitor have nothing in common.
type Mark [8]byte

// Marker makes the marks.
type Marker struct{ keys *daykey.Ring }

// NewMarker returns a marker by the keys of a deployment.
func NewMarker(keys *daykey.Ring) *Marker { return &Marker{keys: keys} }

// Mark returns the mark of whoever has this address and User-Agent. People behind one address with the same browser are
// one visitor, and one person with two browsers is two.
func (m *Marker) Mark(ctx context.Context, at time.Time, site, event, address, userAgent string) (Mark, error) {
	key, err := m.keys.Key(ctx, at)
	if err != nil {
		return Mark{}, err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("assent/visitor"))
	for _, part := range []string{site, event, address, userAgent} {
		mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		mac.Write([]byte(part))
	}
	return Mark(mac.Sum(nil)[:len(Mark{})]), nil
}
