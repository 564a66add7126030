package redisstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// layoutVersion is that of all packed values but entries, and of the keys they are in; commit.lua knows it too. It is the
// first byte of a value, and a field of each cursor.
const layoutVersion = 2

var errDamaged = errors.New("packed value is damaged")

// checkVersion refuses what another version of the program has packed.
func checkVersion(what string, version byte) error {
	if version == layoutVersion {
		return nil
	}
	return fmt.Errorf("%s has layout %d, this program keeps layout %d: run the program that wrote it, or empty this Redis",
		what, version, layoutVersion)
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
	n := d.uvarint()
	if n > uint64(len(d.rest)) {
		d.damaged, d.rest = true, nil
		return 0
	}
	return int(n)
}

func (d *decoder) uvarint() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 {
		d.damaged, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[size:]
	return n
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
