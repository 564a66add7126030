// Package rollup counts by any combination of dimensions. What is counted lies in columns, one per dimension, so that a
// question reads those that it asks for and no more; each holds its few different values once.
package rollup

import (
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"time"

	"assent/server/internal/reporting"
)

// Columns beside the dimensions.
const (
	slotOfHour = "slot"     // 0 to 3.
	number     = "n"        // How many are alike.
	visitors   = "visitors" // Of exposures.
)

// SlotsPerHour is how many slots a segment tells apart.
const SlotsPerHour = int64(time.Hour / reporting.Slot)

// mostRows is more than an hour of a site can have.
const mostRows = 1 << 22

var errDamaged = errors.New("a column of the roll-up is damaged")

// column holds a value for each row: the place of one in values. Most columns have few values, whose places are read as they
// were packed; a column with one value has no places.
type column struct {
	values []string
	narrow []byte   // Where there are up to 256 values.
	wide   []uint32 // Where there are more.
}

// at returns the place of a row's value.
func (c *column) at(row int) uint32 {
	switch {
	case c.narrow != nil:
		return uint32(c.narrow[row])
	case c.wide != nil:
		return c.wide[row]
	default:
		return 0
	}
}

// isConstant reports whether all rows have the same value.
func (c *column) isConstant() bool { return c.narrow == nil && c.wide == nil }

// encode packs a column of places among values: how many of both, the values, and the places in as few bytes as hold all.
func encode(values []string, places []uint32) []byte {
	out := binary.AppendUvarint(nil, uint64(len(places)))
	out = binary.AppendUvarint(out, uint64(len(values)))
	for _, value := range values {
		out = append(binary.AppendUvarint(out, uint64(len(value))), value...)
	}
	if len(values) == 1 {
		return out
	}
	for _, place := range places {
		switch width(len(values)) {
		case 1:
			out = append(out, byte(place))
		case 2:
			out = binary.LittleEndian.AppendUint16(out, uint16(place))
		default:
			out = binary.LittleEndian.AppendUint32(out, place)
		}
	}
	return out
}

func width(values int) int {
	switch {
	case values <= 1<<8:
		return 1
	case values <= 1<<16:
		return 2
	default:
		return 4
	}
}

// decode is the reverse of encode. The column is read from packed as long as it is used.
func decode(packed []byte) (c *column, rows int, err error) {
	length := func() int {
		n, size := binary.Uvarint(packed)
		if size <= 0 || n > 1<<31 {
			err = errDamaged
			return 0
		}
		packed = packed[size:]
		return int(n)
	}
	rows = length()
	count := length()
	if rows > mostRows {
		return nil, 0, errDamaged
	}
	c = &column{}
	for range min(count, len(packed)) {
		n := length()
		if err != nil || n > len(packed) {
			return nil, 0, errDamaged
		}
		c.values = append(c.values, string(packed[:n]))
		packed = packed[n:]
	}
	if err != nil || len(c.values) != count || count == 0 && rows > 0 {
		return nil, 0, errDamaged
	}
	if count <= 1 {
		return c, rows, nil
	}
	return c, rows, c.readPlaces(packed, rows)
}

func (c *column) readPlaces(packed []byte, rows int) error {
	wide := width(len(c.values))
	if len(packed) != rows*wide {
		return errDamaged
	}
	if wide == 1 {
		c.narrow = packed
		if rows > 0 && int(slices.Max(packed)) >= len(c.values) {
			return errDamaged
		}
		return nil
	}
	c.wide = make([]uint32, rows)
	for row := range c.wide {
		if wide == 2 {
			c.wide[row] = uint32(binary.LittleEndian.Uint16(packed[2*row:]))
		} else {
			c.wide[row] = binary.LittleEndian.Uint32(packed[4*row:])
		}
	}
	if rows > 0 && int(slices.Max(c.wide)) >= len(c.values) {
		return errDamaged
	}
	return nil
}

// numbers returns what a column of numbers stands for, by place.
func (c *column) numbers() ([]int, error) {
	parsed := make([]int, len(c.values))
	for i, value := range c.values {
		var err error
		if parsed[i], err = strconv.Atoi(value); err != nil {
			return nil, errDamaged
		}
	}
	return parsed, nil
}
