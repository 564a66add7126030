package redisstore

import (
	"encoding/binary"
	"slices"

	"assent/server/internal/consent"
)

// Names that have a place of their own in a packed row. The order is part of the data: new ones are added at the end.
var (
	deviceNames  = []string{"", "phone", "tablet", "desktop"}
	browserNames = []string{"", "chrome", "safari", "firefox", "edge", "samsung", "opera", "in-app", "other"}
)

// elsewhere stands for a name or a country that is spelled out behind it.
const elsewhere = 15

// appendOrigin packs what is known of a decision's origin: device and browser in a byte, the country in two, or in one when
// nobody knows it, and the place of the wait among its steps in one.
func appendOrigin(out []byte, r consent.Record) []byte {
	device, browser := placeOf(deviceNames, r.Device), placeOf(browserNames, r.Browser)
	out = append(out, device<<4|browser)
	if device == elsewhere {
		out = appendString(out, r.Device)
	}
	if browser == elsewhere {
		out = appendString(out, r.Browser)
	}
	switch c := r.Country; {
	case c == "":
		out = append(out, 0)
	case len(c) == 2 && c[0] > elsewhere:
		out = append(out, c...)
	default:
		out = appendString(append(out, elsewhere), c)
	}
	if step := slices.Index(consent.Waits, r.Waited); step >= 0 {
		return append(out, byte(step)+1)
	} else if r.Waited == 0 {
		return append(out, 0)
	}
	return binary.AppendUvarint(append(out, 255), uint64(r.Waited))
}

func placeOf(names []string, name string) byte {
	if place := slices.Index(names, name); place >= 0 {
		return byte(place)
	}
	return elsewhere
}

// origin is the reverse of appendOrigin.
func (d *decoder) origin(r *consent.Record) {
	both := d.bytes(1)[0]
	r.Device, r.Browser = d.name(deviceNames, both>>4), d.name(browserNames, both&15)
	switch first := d.bytes(1)[0]; first {
	case 0:
		r.Country = ""
	case elsewhere:
		r.Country = d.string()
	default:
		r.Country = string([]byte{first, d.bytes(1)[0]})
	}
	switch step := int(d.bytes(1)[0]); {
	case step == 0:
		r.Waited = 0
	case step <= len(consent.Waits):
		r.Waited = consent.Waits[step-1]
	case step == 255:
		r.Waited = int(d.uvarint())
	default:
		d.damaged, d.rest = true, nil
	}
}

func (d *decoder) name(names []string, place byte) string {
	if int(place) < len(names) {
		return names[place]
	}
	if place != elsewhere {
		d.damaged, d.rest = true, nil
		return ""
	}
	return d.string()
}
