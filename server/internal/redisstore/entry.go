package redisstore

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
)

// An outbox entry holds the decisions that one script call recorded in a shard: version (1), u56 base time, u8 rows,
// per row a stamp; u8 templates, per template its name (5), or zeros, u16 length and the template itself; the rows.
// commit.lua puts it together. A row is the decision's id, its template's place, subject, time of click, language, path,
// removed names, and where it came from (origin.go), which entries of before lack.
//
// A decision takes 75 bytes of the stream when it is alone in its entry, 62 when eight share one; a browser sends 300.

// entryVersion is that of entries, which came to hold more than they did. Versions from formerEntry on are read.
const entryVersion, formerEntry = 3, 2

// stampElsewhere stands for a time that is written out behind it; less are microseconds since the base, plus one.
const stampElsewhere = 255

// templateOf finds a template by its name.
type templateOf func(templateName) (consent.Record, error)

func appendRow(out []byte, r consent.Record, template byte) []byte {
	out = append(append(out, r.ID[:]...), template)
	out = appendSubject(out, r.Subject)
	out = binary.AppendVarint(out, consent.Micros(r.DecidedAt)-idMicros(r.ID))
	_, path := splitPage(r.Page)
	out = appendStrings(appendString(appendString(out, r.Locale), path), r.Removed)
	return appendOrigin(out, r)
}

// idMicros is the time in a UUIDv7, which is that of the click when the browser made the id.
func idMicros(id uuid.UUID) int64 {
	return int64(binary.BigEndian.Uint64(id[:8])>>16) * 1000
}

// Subjects of browsers have 132 bits in 22 characters of base64url: they fit into 17 bytes. Others are kept as they are,
// behind their length plus one.
const (
	subjectChars = 22
	subjectBytes = 17
)

func appendSubject(out []byte, subject string) []byte {
	if len(subject) == subjectChars {
		packed, err := base64.RawURLEncoding.DecodeString(subject + "AA")
		if err == nil && len(packed) > subjectBytes { // It is shorter when there are line breaks in it.
			return append(append(out, 0), packed[:subjectBytes]...)
		}
	}
	return append(binary.AppendUvarint(out, uint64(len(subject))+1), subject...)
}

func (d *decoder) subject() string {
	length := d.uvarint()
	if length == 0 {
		packed := append([]byte(nil), d.bytes(subjectBytes)...)
		return base64.RawURLEncoding.EncodeToString(append(packed, 0))[:subjectChars]
	}
	return string(d.bytes(int(min(length-1, uint64(len(d.rest))+1))))
}

// decodeEntry returns the records of an entry. Those of one template share its maps: nobody changes a record's.
func decodeEntry(packed []byte, named templateOf) ([]consent.Record, error) {
	d := decoder{rest: packed}
	version := d.bytes(1)[0]
	if d.damaged {
		return nil, fmt.Errorf("decode outbox entry: %w", errDamaged)
	}
	if version != formerEntry && version != entryVersion {
		return nil, fmt.Errorf("outbox entry has layout %d, this program keeps layout %d: run the program that wrote it", version, entryVersion)
	}
	times := d.stamps()
	templates, err := d.templates(named)
	if err != nil {
		return nil, err
	}
	var records []consent.Record
	for _, at := range times {
		record := d.row(templates)
		if version == entryVersion {
			d.origin(&record)
		}
		if !at.IsZero() {
			record.RecordedAt = at
			records = append(records, record)
		}
	}
	if d.damaged || len(d.rest) > 0 {
		return nil, fmt.Errorf("decode outbox entry: %w", errDamaged)
	}
	return records, nil
}

// stamps returns the rows' times of recording, zero for rows that are not recorded.
func (d *decoder) stamps() []time.Time {
	base := d.micros()
	times := make([]time.Time, d.bytes(1)[0])
	for i := range times {
		times[i] = d.stamp(base)
	}
	return times
}

func (d *decoder) stamp(base int64) time.Time {
	switch stamp := d.bytes(1)[0]; stamp {
	case 0:
		return time.Time{}
	case stampElsewhere:
		return consent.FromMicros(d.micros())
	default:
		return consent.FromMicros(base + int64(stamp) - 1)
	}
}

func (d *decoder) templates(named templateOf) ([]consent.Record, error) {
	templates := make([]consent.Record, d.bytes(1)[0])
	for i := range templates {
		name := templateName(d.bytes(len(nameless)))
		if d.damaged {
			return nil, fmt.Errorf("decode outbox entry: %w", errDamaged)
		}
		var err error
		if name == nameless {
			templates[i], err = decodeTemplate(d.bytes(int(binary.BigEndian.Uint16(d.bytes(2)))))
		} else {
			templates[i], err = named(name)
		}
		if err != nil {
			return nil, err
		}
	}
	return templates, nil
}

func (d *decoder) row(templates []consent.Record) consent.Record {
	id := uuid.UUID(d.bytes(16))
	place := int(d.bytes(1)[0])
	if place >= len(templates) {
		d.damaged, d.rest = true, nil
		return consent.Record{}
	}
	r := templates[place]
	r.ID = id
	r.Subject = d.subject()
	r.DecidedAt = consent.FromMicros(idMicros(r.ID) + d.varint())
	r.Locale = d.string()
	r.Page += d.string()
	r.Removed = d.strings()
	return r
}

// micros reads seven bytes: enough for the next thousand years.
func (d *decoder) micros() int64 {
	var wide [8]byte
	copy(wide[1:], d.bytes(7))
	return int64(binary.BigEndian.Uint64(wide[:]))
}

// appendMicros is the reverse of micros.
func appendMicros(out []byte, at time.Time) []byte {
	var wide [8]byte
	binary.BigEndian.PutUint64(wide[:], uint64(consent.Micros(at)))
	return append(out, wide[1:]...)
}

// encodeEntry packs records so that they can be read without their shard, as dead letters are; nothing when there are none.
func encodeEntry(records ...consent.Record) []byte {
	if len(records) == 0 {
		return nil
	}
	out := append(appendMicros([]byte{entryVersion}, records[0].RecordedAt), byte(len(records)))
	for _, r := range records {
		out = appendMicros(append(out, stampElsewhere), r.RecordedAt)
	}
	out = append(out, byte(len(records)))
	for _, r := range records {
		out = append(out, nameless[:]...)
		template := appendTemplate(nil, r)
		out = binary.BigEndian.AppendUint16(out, uint16(len(template)))
		out = append(out, template...)
	}
	for i, r := range records {
		out = appendRow(out, r, byte(i))
	}
	return out
}
