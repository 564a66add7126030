package rollup

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"assent/server/internal/reporting"
)

// Builder gathers the rows of an hour of a site. Equal ones become one row.
type Builder struct {
	dimensions []reporting.Dimension
	rows       map[string]*row
}

type row struct {
	values      []string // Slot, then the dimensions.
	n, visitors int
}

// NewBuilder returns a builder for rows with these dimensions.
func NewBuilder(dimensions []reporting.Dimension) *Builder {
	return &Builder{dimensions: dimensions, rows: map[string]*row{}}
}

// Add counts n more of a slot of the hour, and so many visitors; less than none takes away. The values are those of the
// builder's dimensions.
func (b *Builder) Add(slot int64, values []string, n, visitors int) {
	b.add(append([]string{strconv.FormatInt(slot, 10)}, values...), n, visitors)
}

func (b *Builder) add(values []string, n, visitors int) {
	key := join(values)
	r := b.rows[key]
	if r == nil {
		r = &row{values: values}
		b.rows[key] = r
	}
	r.n += n
	r.visitors += visitors
}

// join makes one text of several so that no others make the same.
func join(values []string) string {
	var joined strings.Builder
	for _, value := range values {
		joined.WriteString(strconv.Itoa(len(value)))
		joined.WriteByte(':')
		joined.WriteString(value)
	}
	return joined.String()
}

// Names are those of the columns.
func Names(dimensions []reporting.Dimension) []string {
	names := []string{slotOfHour}
	for _, d := range dimensions {
		names = append(names, string(d))
	}
	return append(names, number, visitors)
}

// AddPacked counts what was packed before, which must have all columns.
func (b *Builder) AddPacked(packed map[string][]byte) error {
	names := Names(b.dimensions)
	columns := make([]*column, len(names))
	rows := 0
	for i, name := range names {
		c, n, err := decode(packed[name])
		if err != nil {
			return err
		}
		if i > 0 && n != rows {
			return errDamaged
		}
		columns[i], rows = c, n
	}
	if rows > 1 && !slices.ContainsFunc(columns, func(c *column) bool { return !c.isConstant() }) {
		return errDamaged // Equal rows would be one.
	}
	last := len(names) - 2
	n, err := columns[last].numbers()
	if err != nil {
		return err
	}
	seen, err := columns[last+1].numbers()
	if err != nil {
		return err
	}
	for r := range rows {
		values := make([]string, last)
		for i := range values {
			values[i] = columns[i].values[columns[i].at(r)]
		}
		b.add(values, n[columns[last].at(r)], seen[columns[last+1].at(r)])
	}
	return nil
}

// Pack returns the columns by name. The same rows make the same bytes.
func (b *Builder) Pack() map[string][]byte {
	keys := slices.Sorted(maps.Keys(b.rows))
	keys = slices.DeleteFunc(keys, func(key string) bool { return b.rows[key].n == 0 && b.rows[key].visitors == 0 })
	packed := map[string][]byte{}
	for i, name := range Names(b.dimensions) {
		var values []string
		places, known := make([]uint32, len(keys)), map[string]uint32{}
		for row, key := range keys {
			value := b.rows[key].cell(i)
			place, isKnown := known[value]
			if !isKnown {
				place = uint32(len(values))
				known[value] = place
				values = append(values, value)
			}
			places[row] = place
		}
		packed[name] = encode(values, places)
	}
	return packed
}

// cell is the row's value in the column of a number.
func (r *row) cell(column int) string {
	switch column - len(r.values) {
	case 0:
		return strconv.Itoa(r.n)
	case 1:
		return strconv.Itoa(r.visitors)
	default:
		return r.values[column]
	}
}
