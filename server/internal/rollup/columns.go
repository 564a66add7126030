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

// column holds a value for each row: places in values, or nothing when all rows have the only one.
type column struct {
	values []string
	places []uint32
}

// at returns the place of a row's value.
func (c *column) at(row int) uint32 {
	if c.places == nil {
		return 0
	}
	return c.places[row]
}

// encode packs a column: how many values, the values, and a place per row in as few bytes as hold all places.
func (c *column) encode(rows int) []byte {
	out := binary.AppendUvarint(nil, uint64(rows))
	out = binary.AppendUvarint(out, uint64(len(c.values)))
	for _, value := range c.values {
		out = append(binary.AppendUvarint(out, uint64(len(value))), value...)
	}
	if len(c.values) == 1 {
		return out
	}
	for _, place := range c.places {
		switch width(len(c.values)) {
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

// decode is the reverse of encode.
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
	c.places = make([]uint32, rows)
	for row := range c.places {
		switch wide {
		case 1:
			c.places[row] = uint32(packed[row])
		case 2:
			c.places[row] = uint32(binary.LittleEndian.Uint16(packed[2*row:]))
		default:
			c.places[row] = binary.LittleEndian.Uint32(packed[4*row:])
		}
	}
	if rows > 0 && int(slices.Max(c.places)) >= len(c.values) {
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
