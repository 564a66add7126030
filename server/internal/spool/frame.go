package spool

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"

	"assent/server/internal/consent"
)

// A segment is the magic line, then frames:
//
//	u32 length of what follows the checksum, u32 CRC32C of it, u64 subject's key, u64 place of the subject's decision
//	before (0 for none), the record as JSON
//
// Numbers are little-endian. The magic names the version; a file of another one is left alone.
const magic = "assent spool 1\n"

const (
	headSize = 24 // All of a frame before the JSON.
	// maxFrame is far more than a record can have, whose decision came in 8 kB; a greater length is damage.
	maxFrame   = 1 << 18
	usualFrame = 4 << 10
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errFrame = errors.New("no sound frame")

// frame is one decision on disk.
type frame struct {
	subject  uint64
	previous place
	body     []byte
	size     int // Of the whole frame.
}

// place is where a frame begins: number of the segment and offset in it. 0 is nowhere, since segments count from 1.
type place uint64

func placeOf(segment uint32, offset int64) place { return place(segment)<<32 | place(offset) }

func (p place) segment() uint32 { return uint32(p >> 32) }
func (p place) offset() int64   { return int64(uint32(p)) }

func appendFrame(out []byte, subject uint64, previous place, record consent.Record) ([]byte, error) {
	body, err := json.Marshal(record)
	if err != nil {
		return out, fmt.Errorf("encode record: %w", err)
	}
	if len(body) > maxFrame-headSize {
		return out, fmt.Errorf("encode record: %d bytes are too many", len(body))
	}
	begin := len(out)
	out = binary.LittleEndian.AppendUint32(out, uint32(headSize-8+len(body)))
	out = append(out, 0, 0, 0, 0)
	out = binary.LittleEndian.AppendUint64(out, subject)
	out = binary.LittleEndian.AppendUint64(out, uint64(previous))
	out = append(out, body...)
	binary.LittleEndian.PutUint32(out[begin+4:], crc32.Checksum(out[begin+8:], castagnoli))
	return out, nil
}

// parseFrame reads the frame at the front of data, or returns errFrame.
func parseFrame(data []byte) (frame, error) {
	if len(data) < headSize {
		return frame{}, errFrame
	}
	length := int(binary.LittleEndian.Uint32(data))
	if length < headSize-8 || length > maxFrame-8 || length > len(data)-8 {
		return frame{}, errFrame
	}
	content := data[8 : 8+length]
	if crc32.Checksum(content, castagnoli) != binary.LittleEndian.Uint32(data[4:]) {
		return frame{}, errFrame
	}
	return frame{
		subject:  binary.LittleEndian.Uint64(content),
		previous: place(binary.LittleEndian.Uint64(content[8:])),
		body:     content[headSize-8:],
		size:     8 + length,
	}, nil
}

func (f frame) record() (consent.Record, error) {
	var r consent.Record
	if err := json.Unmarshal(f.body, &r); err != nil {
		return r, fmt.Errorf("decode record: %w", err)
	}
	r.DecidedAt, r.RecordedAt = r.DecidedAt.UTC(), r.RecordedAt.UTC()
	return r, nil
}

// walk calls do with each sound frame of data and its offset, until do returns false. It returns how many bytes it
// skipped because they are damaged. What a write left behind that never came to its end is no damage: nothing of that
// was acknowledged.
func walk(data []byte, do func(offset int, f frame) bool) (damaged int) {
	for at := 0; at < len(data); {
		f, err := parseFrame(data[at:])
		if err != nil {
			next := nextFrame(data, at+1)
			if next == len(data) && torn(data[at:]) {
				return damaged
			}
			damaged += next - at
			at = next
			continue
		}
		if !do(at, f) {
			return damaged
		}
		at += f.size
	}
	return damaged
}

// nextFrame searches for a sound frame and returns its offset, or the end.
func nextFrame(data []byte, from int) int {
	for at := from; at < len(data); at++ {
		if _, err := parseFrame(data[at:]); err == nil {
			return at
		}
	}
	return len(data)
}

// torn reports whether data is what a power cut or a kill leaves at the end of a file: the front of a frame, perhaps with
// zeros behind it, where the file grew before its content was written. Whole frames end in a brace.
func torn(data []byte) bool {
	written := bytes.TrimRight(data, "\x00")
	if len(written) < headSize {
		return true
	}
	length := int(binary.LittleEndian.Uint32(data))
	return length <= maxFrame-8 && 8+length > len(written)
}
