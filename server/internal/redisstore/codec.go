package redisstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"assent/server/internal/consent"
)

// codecVersion is that of the values around packed records, in commit.lua too.
const codecVersion = 1

// Versions of the packed record. The second one also tells the regime and what was removed.
const (
	firstRecord   = 1
	currentRecord = 2
)

var errDamaged = errors.New("packed record is damaged")

// encode packs a record without its time of recording, which commit.lua puts beside it.
func encode(r consent.Record) []byte {
	out := append([]byte{currentRecord}, r.ID[:]...)
	for _, s := range []string{r.Site, r.Subject, r.Notice, r.Action, r.Source, r.Locale, r.Page} {
		out = appendString(out, s)
	}
	out = appendBool(out, r.Synthetic)
	out = appendAnswers(out, r.Purposes)
	out = appendAnswers(out, r.Services)
	out = binary.AppendVarint(out, consent.Micros(r.DecidedAt))
	out = binary.AppendVarint(out, int64(r.LifetimeDays))
	out = appendStrings(out, r.Flags)
	return appendStrings(appendString(out, r.Regime), r.Removed)
}

func appendString(out []byte, s string) []byte {
	return append(binary.AppendUvarint(out, uint64(len(s))), s...)
}

func appendStrings(out []byte, list []string) []byte {
	out = binary.AppendUvarint(out, uint64(len(list)))
	for _, s := range list {
		out = appendString(out, s)
	}
	return out
}

func appendBool(out []byte, yes bool) []byte {
	if yes {
		return append(out, 1)
	}
	return append(out, 0)
}

// appendAnswers sorts the names, so that equal records have equal bytes.
func appendAnswers(out []byte, answers map[string]bool) []byte {
	out = binary.AppendUvarint(out, uint64(len(answers)))
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		out = appendBool(appendString(out, name), answers[name])
	}
	return out
}

// decode is the reverse of encode. A record of the first version was asked under opt-in.
func decode(packed []byte, recordedAt time.Time) (consent.Record, error) {
	d := decoder{rest: packed}
	version := d.bytes(1)[0]
	if d.damaged || version < firstRecord || version > currentRecord {
		return consent.Record{}, fmt.Errorf("decode record: %w or from a newer version", errDamaged)
	}
	r := consent.Record{RecordedAt: recordedAt, Regime: consent.OptIn}
	copy(r.ID[:], d.bytes(len(r.ID)))
	for _, s := range []*string{&r.Site, &r.Subject, &r.Notice, &r.Action, &r.Source, &r.Locale, &r.Page} {
		*s = d.string()
	}
	r.Synthetic = d.bool()
	r.Purposes = d.answers()
	r.Services = d.answers()
	r.DecidedAt = consent.FromMicros(d.varint())
	r.LifetimeDays = int(d.varint())
	r.Flags = d.strings()
	if version > firstRecord {
		r.Regime, r.Removed = d.string(), d.strings()
	}
	if d.damaged || len(d.rest) > 0 {
		return consent.Record{}, fmt.Errorf("decode record: %w", errDamaged)
	}
	return r, nil
}

// decoder reads from the front of rest. Once damaged, it returns zero values.
type decoder struct {
	rest    []byte
	damaged bool
}

func (d *decoder) bytes(n int) []byte {
	if n < 0 || n > len(d.rest) {
		d.damaged, d.rest = true, nil
		return make([]byte, min(max(n, 1), 16))
	}
	head := d.rest[:n]
	d.rest = d.rest[n:]
	return head
}

// count reads a length. No counted thing is shorter than a byte, so a greater count than bytes left is damage, which
// also bounds what a damaged value can make us allocate.
func (d *decoder) count() int {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 || n > uint64(len(d.rest)-size) {
		d.damaged, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[size:]
	return int(n)
}

func (d *decoder) varint() int64 {
	n, size := binary.Varint(d.rest)
	if size <= 0 {
		d.damaged, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *decoder) string() string {
	n := d.count()
	if d.damaged {
		return ""
	}
	return string(d.bytes(n))
}

func (d *decoder) strings() []string {
	var list []string
	for range d.count() {
		list = append(list, d.string())
	}
	return list
}

func (d *decoder) bool() bool { return d.bytes(1)[0] == 1 }

func (d *decoder) answers() map[string]bool {
	n := d.count()
	if n == 0 {
		return nil
	}
	answers := make(map[string]bool, n)
	for range n {
		name := d.string()
		answers[name] = d.bool()
	}
	return answers
}

// decodeEntry unpacks what commit.lua put into one stream entry.
func decodeEntry(packed []byte) ([]consent.Record, error) {
	d := decoder{rest: packed}
	if version := d.bytes(1); d.damaged || version[0] != codecVersion {
		return nil, fmt.Errorf("decode outbox entry: %w or from a newer version", errDamaged)
	}
	var records []consent.Record
	for len(d.rest) > 0 {
		if len(d.rest) < 12 {
			return nil, fmt.Errorf("decode outbox entry: %w", errDamaged)
		}
		at := int64(binary.BigEndian.Uint64(d.bytes(8)))
		body := d.bytes(int(binary.BigEndian.Uint32(d.bytes(4))))
		if d.damaged {
			return nil, fmt.Errorf("decode outbox entry: %w", errDamaged)
		}
		record, err := decode(body, consent.FromMicros(at))
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, nil
}

// encodeEntry packs one record as commit.lua packs many.
func encodeEntry(r consent.Record) []byte {
	body := encode(r)
	out := binary.BigEndian.AppendUint64([]byte{codecVersion}, uint64(r.RecordedAt.UnixMicro()))
	out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
	return append(out, body...)
}

// decodeChoice unpacks the current choice from a subject's value, see commit.lua.
func decodeChoice(packed []byte) (consent.Record, error) {
	const head, latest = 1 + 1 + 16, 16 + 8 + 8
	if len(packed) < head || packed[0] != codecVersion || len(packed) < head+int(packed[1])*latest+8 {
		return consent.Record{}, fmt.Errorf("decode choice: %w or from a newer version", errDamaged)
	}
	rest := packed[head+int(packed[1])*latest:]
	return decode(rest[8:], consent.FromMicros(int64(binary.BigEndian.Uint64(rest))))
}
